#include "workloads/fill.h"

#include <chrono>

#include "images/made_image.h"
#include "larder/cache.h"
#include "larder/repository_record.h"
#include "workloads/pick.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

RepositoryRecord StateOf(const ImageSet& images, std::uint64_t repository, std::uint32_t tags, std::uint32_t blocks) {
  RepositoryRecord state;
  state.name = images.NameOf(repository);
  state.generation = 1;
  state.blocks = blocks;
  state.counts.tags = tags;
  state.counts.known = tags;
  state.pages = 1;
  state.last_listed = kNow;
  state.deadline = kNow + std::chrono::hours(24);
  state.expiry = kNow + std::chrono::days(30);
  return state;
}

// The first error of an operation is the result's.
Result<void> WriteAll(Store& store, const WriteBatch& batch) {
  WriteOptions options;
  options.now = kNow;
  LARDER_ASSIGN_OR_RETURN(const auto results, store.Write(batch, options));
  for (const auto& result : results) LARDER_RETURN_IF_ERROR(Result<void>(result));
  return {};
}

}  // namespace

Result<void> FillStore(Store& store, const ImageSet& images, std::size_t batch, Histogram& latency) {
  WriteBatch writes;
  const auto write = [&]() -> Result<void> {
    const auto begin = Clock::now();
    LARDER_RETURN_IF_ERROR(WriteAll(store, writes));
    latency.Record(Clock::now() - begin);
    writes.Clear();
    return {};
  };
  for (std::uint64_t repository = 0; repository < images.repositories(); ++repository) {
    const auto tags = images.TagsOf(repository);
    const std::string name = images.NameOf(repository).Canonical();
    LARDER_ASSIGN_OR_RETURN(const auto blocks, PutTagBlocks(writes, name, 1, tags, kNow + std::chrono::days(30)));
    const auto state = StateOf(images, repository, static_cast<std::uint32_t>(tags.size()), blocks);
    LARDER_ASSIGN_OR_RETURN(auto bytes, BuildRepositoryRecord(state));
    writes.Put(KeyOf(state), std::move(bytes));
    const auto range = images.ImagesOf(repository);
    for (std::uint64_t image = range.begin; image < range.end; ++image) {
      const ImageRecord record = images.RecordOf(image);
      LARDER_ASSIGN_OR_RETURN(auto built, BuildImageRecord(record));
      writes.Put(KeyOf(record), std::move(built));
      if (writes.size() >= batch) LARDER_RETURN_IF_ERROR(write());
    }
  }
  if (!writes.empty()) LARDER_RETURN_IF_ERROR(write());
  return store.Flush();
}

Result<std::uint64_t> RefreshBatch(Store& store, const ImageSet& set, const std::vector<std::uint64_t>& images,
                                   double moved, std::uint64_t seed) {
  const Cache cache(store);
  Random random(seed);
  std::uint64_t wrong = 0;
  WriteBatch writes;
  for (const auto image : images) {
    const auto view = cache.Image(set.RefOf(image), kNow);
    if (!view.has_value() || !set.Matches(image, view->digest(), view->created())) {
      ++wrong;
      continue;
    }
    auto record = view->ToRecord();
    if (random.Fraction() < moved) record = set.NextOf(image, view->created());
    record.info.last_fetched = kNow + std::chrono::hours(1);
    record.deadline = kNow + std::chrono::hours(25);
    LARDER_ASSIGN_OR_RETURN(auto built, BuildImageRecord(record));
    writes.Put(KeyOf(record), std::move(built));
  }
  if (!writes.empty()) LARDER_RETURN_IF_ERROR(WriteAll(store, writes));
  return wrong;
}

}  // namespace larder::bench
