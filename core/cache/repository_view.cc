#include "larder/repository_view.h"

#include <unordered_map>

#include "larder/listing_rules.h"
#include "larder/scan.h"

namespace larder {
namespace {

// One tag's record into what is told of the repository; until now the tag was counted as pending.
void Note(const ImageSpan& image, const ImageName& name, const std::string& tag, RepositoryMetadata& metadata) {
  RepositoryCounts& counts = metadata.counts;
  if (image.status() == EntryStatus::pending) return;
  --counts.pending;
  if (image.status() == EntryStatus::failed) {
    ++counts.failing;
    return;
  }
  ++counts.known;
  if (image.status() == EntryStatus::image) {
    auto info = image.ToInfo();
    info.id = ImageRef(name, tag);
    metadata.images.emplace(tag, std::move(info));
  } else if (image.status() == EntryStatus::excluded) {
    metadata.excluded.emplace(tag, image.ToRecord().excluded_reason);
  }
}

}  // namespace

Completeness CompletenessOf(const RepositoryRecord& state) {
  const Completeness counted = CompletenessOf(state.generation != 0, state.counts);
  return counted == Completeness::complete && state.full ? Completeness::partial : counted;
}

bool IsStale(const RepositoryRecord& state, Time now) {
  ListingState listing;
  listing.last_listed = state.last_listed;
  listing.deadline = state.deadline;
  listing.pages = state.pages;
  listing.failures = state.failures;
  return IsStale(listing, now);
}

RepositoryView::RepositoryView(Store& store, RepositoryRecord state, Time now)
    : store_(&store), state_(std::move(state)), now_(now), stale_(IsStale(state_, now)) {}

Result<std::uint32_t> RepositoryView::VisitTags(const std::function<ScanAction(std::string_view)>& visit) const {
  const CanonicalName canonical(state_.name);
  std::vector<Key> keys;
  keys.reserve(state_.blocks);
  for (std::uint32_t block = 0; block < state_.blocks; ++block) {
    keys.push_back(Key::TagBlock(canonical.view(), state_.generation, block));
  }
  // GetMany answers in any order; blocks are kept until their turn.
  std::unordered_map<std::size_t, std::vector<std::string>> waiting;
  std::uint32_t missing = 0;
  LARDER_RETURN_IF_ERROR(GetFoundFromStore(*store_, keys, [&](std::size_t index, std::span<const std::byte> record) {
    auto block = ReadTagBlock(keys[index], canonical.view(), record);
    if (block.has_value()) waiting.emplace(index, std::move(block->tags));
  }));
  for (std::size_t block = 0; block < keys.size(); ++block) {
    const auto found = waiting.find(block);
    if (found == waiting.end()) {
      ++missing;
      continue;
    }
    for (const auto& tag : found->second) {
      if (visit(tag) == ScanAction::stop) return missing;
    }
  }
  return missing;
}

Result<RepositoryView::TagList> RepositoryView::Tags() const {
  TagList list;
  list.tags.reserve(state_.counts.tags);
  auto missing = VisitTags([&](std::string_view tag) {
    list.tags.emplace_back(tag);
    return ScanAction::go_on;
  });
  if (!missing.has_value()) return std::unexpected<Error>(std::move(missing).error());
  list.missing_blocks = *missing;
  return list;
}

Result<RepositoryView::VisitResult> RepositoryView::VisitImages(const ImageVisitor& visit) const {
  const CanonicalName canonical(state_.name);
  VisitResult result;
  const auto one = [&](const Key& key, std::span<const std::byte> bytes) {
    auto image = ImageSpan::Make(key, canonical.view(), bytes);
    if (!image.has_value()) {
      ++result.broken;
      return ScanAction::go_on;
    }
    if (!IsLive(image->header(), now_)) return ScanAction::go_on;
    ++result.visited;
    return visit(*image);
  };
  if (store_->Traits().ordered) {
    Reader::ScanOptions options;
    options.range = KeyRange::OfRepository(RecordKind::image, canonical.view());
    LARDER_RETURN_IF_ERROR(ScanStore(*store_, options, one));
    return result;
  }
  LARDER_ASSIGN_OR_RETURN(const auto list, Tags());
  std::vector<Key> keys;
  keys.reserve(list.tags.size());
  for (const auto& tag : list.tags) keys.push_back(Key::Image(canonical.view(), tag));
  bool stopped = false;
  std::optional<Error> failed;
  LARDER_RETURN_IF_ERROR(
      GetManyFromStore(*store_, keys, [&](std::size_t index, Result<std::span<const std::byte>> record) {
        if (stopped) return;
        if (record.has_value()) {
          stopped = one(keys[index], *record) == ScanAction::stop;
        } else if (record.error().code != Errc::not_found) {
          failed = std::move(record).error();
        }
      }));
  if (failed.has_value()) return std::unexpected<Error>(std::move(*failed));
  return result;
}

Result<RepositoryMetadata> RepositoryView::ToMetadata() const {
  RepositoryMetadata metadata;
  metadata.name = state_.name;
  metadata.stale = stale_;
  metadata.last_listed = state_.last_listed;
  metadata.last_error = state_.last_error;
  metadata.last_error_at = state_.last_error_at;
  LARDER_ASSIGN_OR_RETURN(auto list, Tags());
  const CanonicalName canonical(state_.name);
  std::vector<Key> keys;
  keys.reserve(list.tags.size());
  for (const auto& tag : list.tags) keys.push_back(Key::Image(canonical.view(), tag));
  auto& counts = metadata.counts;
  counts.tags = static_cast<std::uint32_t>(list.tags.size());
  counts.pending = counts.tags;  // until a record says otherwise
  LARDER_RETURN_IF_ERROR(GetFoundFromStore(*store_, keys, [&](std::size_t index, std::span<const std::byte> record) {
    auto image = ImageSpan::Make(keys[index], canonical.view(), record);
    if (!image.has_value() || !IsLive(image->header(), now_)) return;
    Note(*image, state_.name, list.tags[index], metadata);
  }));
  metadata.tags = std::move(list.tags);
  if (state_.generation == 0) {
    metadata.completeness = Completeness::never_fetched;
  } else if (list.missing_blocks == 0 && counts.known == counts.tags) {
    metadata.completeness = Completeness::complete;
  } else {
    metadata.completeness = Completeness::partial;
  }
  return metadata;
}

}  // namespace larder
