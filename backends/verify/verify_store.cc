#include "larder/verify_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "larder/host_record.h"
#include "larder/image_view.h"
#include "larder/manifest_record.h"
#include "larder/marker.h"
#include "larder/repository_record.h"
#include "larder/scan.h"

namespace larder {
namespace {

constexpr std::uint64_t kBetweenReports = 512;
constexpr std::size_t kBatch = 512;

Result<std::string> CheckRepository(const Key& key, std::span<const std::byte> record) {
  LARDER_ASSIGN_OR_RETURN(const auto state, ReadRepositoryRecord(key, {}, record));
  const std::string name = state.name.Canonical();
  if (KeyOf(state) != key) return Fail(Errc::corruption, "it is of " + name + ", which its key is not");
  return "repository " + name;
}

Result<std::string> CheckTags(const Key& key, std::span<const std::byte> record) {
  LARDER_ASSIGN_OR_RETURN(const auto block, ReadTagBlock(key, {}, record));
  return "tags of " + block.name + ", block " + std::to_string(block.block);
}

Result<std::string> CheckImage(const Key& key, std::span<const std::byte> record) {
  LARDER_ASSIGN_OR_RETURN(const auto image, ImageSpan::Make(key, record));
  return "image " + std::string(image.name()) + ":" + std::string(image.tag());
}

// Facts of another version of the reading code are whole; they are fetched again when they are needed.
Result<std::string> CheckManifest(const Key& key, std::span<const std::byte> record) {
  const auto facts = ReadManifestRecord(key, record);
  if (facts.has_value()) return "facts of " + facts->digest.ToString();
  if (facts.error().code == Errc::unsupported) return "facts by another version of the reading code";
  return std::unexpected<Error>(facts.error());
}

Result<std::string> CheckPayload(const Key& key, std::span<const std::byte> record) {
  switch (key.kind()) {
    case RecordKind::marker: {
      LARDER_RETURN_IF_ERROR(ReadMarker(record));
      return "the store's own marker";
    }
    case RecordKind::repository:
      return CheckRepository(key, record);
    case RecordKind::tags:
      return CheckTags(key, record);
    case RecordKind::image:
      return CheckImage(key, record);
    case RecordKind::manifest:
      return CheckManifest(key, record);
    case RecordKind::host: {
      LARDER_ASSIGN_OR_RETURN(const auto host, ReadHostRecord(key, record));
      return "limits of " + host.host;
    }
    case RecordKind::lease: {
      LARDER_ASSIGN_OR_RETURN(const auto lease, ReadLeaseRecord(key, record));
      return "lease of " + lease.name;
    }
  }
  return Fail(Errc::corruption, "its key is of no kind");
}

}  // namespace

Result<std::string> CheckRecord(const Key& key, std::span<const std::byte> record) {
  LARDER_RETURN_IF_ERROR(VerifyRecord(key, record));
  if (key.kind() != RecordKind::marker && key.version() < kFormatVersion) {
    return "a record of format " + std::to_string(key.version()) + ", before it is rewritten";
  }
  return CheckPayload(key, record);
}

ScanAction Verifier::Take(const Key& key, std::span<const std::byte> record) {
  const bool marker = key == Key::Marker();
  if (!marker) ++report_.records;
  const auto checked = CheckRecord(key, record);
  if (checked.has_value()) {
    const auto header = ReadHeader(key, record);
    if (header.has_value() && !IsLive(*header, options_.now)) ++report_.expired;
    if (!marker) ++report_.kinds[static_cast<std::size_t>(key.kind())];
    NoteBlocks(key, record);
  } else if (checked.error().code == Errc::unsupported) {
    ++report_.newer;
  } else {
    ++report_.broken;
    if (options_.broken) options_.broken(key, checked.error().message);
  }
  if (!options_.progress || report_.records % kBetweenReports != 0) return ScanAction::go_on;
  return options_.progress(report_);
}

void Verifier::NoteBlocks(const Key& key, std::span<const std::byte> record) {
  if (key.kind() != RecordKind::repository && key.kind() != RecordKind::tags) return;
  Listing listing;
  std::array<std::byte, 18> id{};
  std::ranges::copy(key.bytes().subspan(2, 14), id.begin());
  std::uint32_t generation = key.generation();
  if (key.kind() == RecordKind::repository) {
    const auto state = ReadRepositoryRecord(key, {}, record);
    if (!state.has_value()) return;
    generation = state->generation;
    listing.blocks = state->blocks;
  } else {
    listing.seen = 1;
  }
  for (std::size_t i = 0; i < 4; ++i) id[14 + i] = static_cast<std::byte>(generation >> (8 * i));
  // Blocks follow one another in key order: a listing is one entry, and one more for its state.
  if (listing.seen == 1 && !listings_.empty() && listings_.back().first == id) {
    ++listings_.back().second.seen;
  } else {
    listings_.emplace_back(id, listing);
  }
}

VerifyReport Verifier::Finish() {
  std::ranges::sort(listings_, {}, [](const auto& entry) { return entry.first; });
  for (std::size_t i = 0; i < listings_.size();) {
    Listing sum;
    const std::size_t first = i;
    for (; i < listings_.size() && listings_[i].first == listings_[first].first; ++i) {
      sum.blocks = std::max(sum.blocks, listings_[i].second.blocks);
      sum.seen += listings_[i].second.seen;
    }
    if (sum.seen < sum.blocks) report_.missing_blocks += sum.blocks - sum.seen;
  }
  listings_.clear();
  return report_;
}

Result<VerifyReport> VerifyStore(Store& store, const VerifyOptions& options) {
  Verifier verifier(options);
  bool stopped = false;
  LARDER_RETURN_IF_ERROR(ScanStore(store, {}, [&](const Key& key, std::span<const std::byte> record) {
    stopped = verifier.Take(key, record) == ScanAction::stop;
    return stopped ? ScanAction::stop : ScanAction::go_on;
  }));
  if (stopped) return Fail(Errc::cancelled, "stopped");
  return verifier.Finish();
}

Result<std::uint64_t> RemoveBroken(Store& store, std::span<const Key> keys, Time now) {
  std::uint64_t removed = 0;
  for (std::size_t from = 0; from < keys.size(); from += kBatch) {
    const auto chunk = keys.subspan(from, std::min(kBatch, keys.size() - from));
    WriteBatch batch;
    LARDER_RETURN_IF_ERROR(GetManyFromStore(store, chunk, [&](std::size_t i, Result<std::span<const std::byte>> found) {
      if (!found.has_value()) return;
      const auto checked = CheckRecord(chunk[i], *found);
      if (!checked.has_value() && checked.error().code == Errc::corruption) batch.Remove(chunk[i]);
    }));
    if (batch.empty()) continue;
    LARDER_ASSIGN_OR_RETURN(const auto results, store.Write(batch, WriteOptions{now}));
    for (const auto& result : results) {
      LARDER_RETURN_IF_ERROR(result);
      ++removed;
    }
  }
  LARDER_RETURN_IF_ERROR(store.Flush());
  return removed;
}

}  // namespace larder
