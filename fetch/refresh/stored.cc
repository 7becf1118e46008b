#include "refresh/stored.h"

#include <algorithm>
#include <iterator>

#include "larder/image_view.h"
#include "larder/listing_rules.h"
#include "larder/repository_view.h"
#include "larder/scan.h"
#include "larder/tag_schedule.h"

namespace larder::refresh {
namespace {

// Bounds what reading a repository of any size holds in memory.
constexpr std::size_t kKeysAtOnce = 4096;

Result<void> ReadBlocks(Store& store, std::string_view name, StoredRepository& into) {
  std::vector<Key> keys;
  for (std::uint32_t block = 0; block < into.state->blocks; ++block) {
    keys.push_back(Key::TagBlock(name, into.state->generation, block));
  }
  std::vector<std::vector<std::string>> blocks(keys.size());
  std::vector<bool> found(keys.size());
  LARDER_RETURN_IF_ERROR(GetFoundFromStore(store, keys, [&](std::size_t index, std::span<const std::byte> bytes) {
    auto block = ReadTagBlock(keys[index], name, bytes);
    const auto header = ReadHeader(keys[index], bytes);
    if (!block.has_value() || !header.has_value()) return;
    if (into.blocks_expiry == Time{} || header->expiry < into.blocks_expiry) into.blocks_expiry = header->expiry;
    blocks[index] = std::move(block->tags);
    found[index] = true;
  }));
  std::size_t tags = 0;
  for (const auto& block : blocks) tags += block.size();
  into.tags.reserve(tags);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (!found[i]) ++into.missing_blocks;
    std::move(blocks[i].begin(), blocks[i].end(), std::back_inserter(into.tags));
    std::vector<std::string>().swap(blocks[i]);
  }
  return {};
}

}  // namespace

Result<StoredRepository> ReadStoredRepository(Store& store, std::string_view name, Time now) {
  StoredRepository stored;
  const Key key = Key::Repository(name);
  RecordBuf buffer;
  if (auto got = store.Get(key, buffer); !got.has_value()) {
    if (got.error().code == Errc::not_found || got.error().code == Errc::corruption) return stored;
    return std::unexpected<Error>(std::move(got).error());
  }
  auto state = ReadRepositoryRecord(key, name, buffer.bytes());
  if (!state.has_value()) return stored;
  if (!IsLive(state->expiry, now)) return stored;
  stored.state = std::move(*state);
  LARDER_RETURN_IF_ERROR(ReadBlocks(store, name, stored));
  return stored;
}

Result<std::vector<TagHead>> ReadTagHeads(Store& store, std::string_view name, const std::vector<std::string>& tags,
                                          Time now) {
  std::vector<TagHead> heads(tags.size());
  std::vector<Key> keys;
  for (std::size_t from = 0; from < tags.size(); from += keys.size()) {
    keys.clear();
    for (std::size_t i = from; i < std::min(tags.size(), from + kKeysAtOnce); ++i) {
      keys.push_back(Key::Image(name, tags[i]));
    }
    LARDER_RETURN_IF_ERROR(GetFoundFromStore(store, keys, [&](std::size_t index, std::span<const std::byte> bytes) {
      const auto header = VerifyRecord(keys[index], bytes);
      if (!header.has_value() || !IsLive(*header, now)) return;
      TagHead& head = heads[from + index];
      head.deadline = header->deadline;
      head.status = StatusOf(*header);
      head.unlisted = SaysUnlisted(*header);
      head.present = true;
    }));
  }
  return heads;
}

RepositoryCounts CountHeads(const std::vector<TagHead>& heads) {
  RepositoryCounts counts;
  counts.tags = static_cast<std::uint32_t>(heads.size());
  for (const auto& head : heads) {
    if (!head.present || head.status == EntryStatus::pending) {
      ++counts.pending;
    } else if (head.status == EntryStatus::failed) {
      ++counts.failing;
    } else {
      ++counts.known;
    }
  }
  return counts;
}

std::optional<RepositoryCounts> CountStored(Store& store, std::string_view name, Time now) {
  const auto stored = ReadStoredRepository(store, name, now);
  if (!stored.has_value() || !stored->state.has_value() || stored->missing_blocks > 0) return std::nullopt;
  const auto heads = ReadTagHeads(store, name, stored->tags, now);
  if (!heads.has_value()) return std::nullopt;
  return CountHeads(*heads);
}

Result<std::vector<std::optional<ImageRecord>>> ReadImageRecords(Store& store, std::string_view name,
                                                                 const std::vector<Key>& keys, Time now) {
  std::vector<std::optional<ImageRecord>> records(keys.size());
  LARDER_RETURN_IF_ERROR(GetFoundFromStore(store, keys, [&](std::size_t index, std::span<const std::byte> bytes) {
    auto image = ImageSpan::Make(keys[index], bytes);
    if (!image.has_value() || image->name() != name || !IsLive(image->header(), now)) return;
    records[index] = image->ToRecord();
  }));
  return records;
}

Time ListingDue(const RepositoryRecord& state, std::optional<Duration> list_interval, Time now) {
  // Without a deadline it was never listed: nobody has waited for that.
  if (state.deadline == Time{}) return now;
  return SaneListing(state.deadline, ListInterval(state.pages, list_interval), state.failures, now);
}

StoredDues ReadStoredDues(Store& store, std::string_view name, std::optional<Duration> list_interval, Time now) {
  StoredDues dues;
  dues.list_due = now;
  auto stored = ReadStoredRepository(store, name, now);
  dues.read = stored.has_value();
  if (!dues.read || !stored->state.has_value()) return dues;
  dues.list_due = ListingDue(*stored->state, list_interval, now);
  auto heads = ReadTagHeads(store, name, stored->tags, now);
  dues.read = heads.has_value();
  if (!dues.read || stored->missing_blocks > 0) dues.list_due = now;
  if (!dues.read) return dues;
  for (std::size_t i = 0; i < heads->size(); ++i) {
    const TagHead& head = (*heads)[i];
    const Time deadline = head.present ? SaneDeadline(head.deadline, now) : now;
    dues.tags.push_back(TagDueAt(Key::Image(name, stored->tags[i]).item(), deadline));
  }
  dues.counts_differ = stored->missing_blocks == 0 && CountHeads(*heads) != stored->state->counts;
  return dues;
}

}  // namespace larder::refresh
