#include "larder/testing/fake_images.h"

#include <algorithm>
#include <utility>

namespace larder::testing {
namespace {

// Ends the process for what is no ref: a test that says one has no use for an error.
ImageRef RefOf(std::string_view text) { return ImageRef::Parse(text).value(); }

void Count(RepositoryMetadata& repository) {
  RepositoryCounts counts;
  counts.tags = static_cast<std::uint32_t>(repository.tags.size());
  counts.known = static_cast<std::uint32_t>(repository.images.size() + repository.excluded.size());
  counts.pending = counts.tags - counts.known;
  repository.counts = counts;
  repository.completeness = counts.pending > 0 ? Completeness::partial : Completeness::complete;
}

}  // namespace

RepositoryMetadata& FakeImages::Forget(const ImageRef& ref, bool listed) {
  RepositoryMetadata& repository = repositories_[ref.name().Canonical()];
  repository.name = ref.name();
  const std::string tag = ref.TagOrLatest();
  repository.images.erase(tag);
  repository.excluded.erase(tag);
  std::erase(repository.tags, tag);
  if (listed) repository.tags.insert(std::ranges::lower_bound(repository.tags, tag), tag);
  Count(repository);
  return repository;
}

void FakeImages::Set(ImageInfo info) {
  const std::lock_guard lock(mutex_);
  const ImageRef ref = info.id;
  RepositoryMetadata& repository = Forget(ref, true);
  repository.images[ref.TagOrLatest()] = std::move(info);
  Count(repository);
}

void FakeImages::Set(std::string_view ref, Timestamp created) {
  ImageInfo info;
  info.id = RefOf(ref);
  info.created_at = created;
  Set(std::move(info));
}

void FakeImages::Exclude(std::string_view ref, std::string reason) {
  const std::lock_guard lock(mutex_);
  const ImageRef excluded = RefOf(ref);
  RepositoryMetadata& repository = Forget(excluded, true);
  repository.excluded[excluded.TagOrLatest()] = std::move(reason);
  Count(repository);
}

void FakeImages::SetPending(std::string_view ref) {
  const std::lock_guard lock(mutex_);
  Forget(RefOf(ref), true);
}

void FakeImages::Remove(std::string_view ref) {
  const std::lock_guard lock(mutex_);
  const ImageRef removed = RefOf(ref);
  if (repositories_.contains(removed.name().Canonical())) Forget(removed, false);
}

void FakeImages::Fail(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

std::size_t FakeImages::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

Result<RepositoryMetadata> FakeImages::Find(const ImageName& name) {
  const std::lock_guard lock(mutex_);
  ++asked_;
  if (error_.has_value()) return std::unexpected(*error_);
  const auto found = repositories_.find(name.Canonical());
  if (found == repositories_.end()) return larder::Fail(Errc::not_found, std::string(kNoImageDataMessage));
  return found->second;
}

Result<RepositoryMetadata> FakeImages::GetImageRepositoryMetadata(const ImageName& name) { return Find(name); }

Result<ImageInfo> FakeImages::GetImage(const ImageRef& ref) {
  LARDER_ASSIGN_OR_RETURN(const RepositoryMetadata repository, Find(ref.name()));
  return repository.GetImageTagInfo(ref.TagOrLatest());
}

}  // namespace larder::testing
