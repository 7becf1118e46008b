#include "workloads/fill.h"

#include <chrono>
#include <thread>
#include <unordered_set>
#include <utility>

#include "images/made_image.h"
#include "larder/cache.h"
#include "larder/manifest_record.h"
#include "larder/repository_record.h"
#include "workloads/pick.h"
#include "workloads/result.h"

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

Result<void> PutFacts(WriteBatch& writes, const ImageSet& images, std::uint64_t image, const Timestamp& created) {
  for (const auto& facts : images.FactsOf(image, created)) {
    LARDER_ASSIGN_OR_RETURN(auto bytes, BuildManifestRecord(facts, kNow + kManifestRetention));
    writes.Put(Key::Manifest(facts.digest), std::move(bytes));
  }
  return {};
}

// One thread's.
class Filler {
 public:
  Filler(Store& store, const ImageSet& images, std::size_t batch) : store_(store), images_(images), batch_(batch) {}

  Result<void> Put(std::uint64_t repository) {
    round_ = static_cast<std::size_t>(repository * kRounds / images_.repositories());
    const auto tags = images_.TagsOf(repository);
    const std::string name = images_.NameOf(repository).Canonical();
    LARDER_ASSIGN_OR_RETURN(const auto blocks, PutTagBlocks(writes_, name, 1, tags, kNow + std::chrono::days(30)));
    const auto state = StateOf(images_, repository, static_cast<std::uint32_t>(tags.size()), blocks);
    LARDER_ASSIGN_OR_RETURN(auto bytes, BuildRepositoryRecord(state));
    writes_.Put(KeyOf(state), std::move(bytes));
    std::unordered_set<std::uint64_t> seen;
    const auto range = images_.ImagesOf(repository);
    for (std::uint64_t image = range.begin; image < range.end; ++image) {
      const ImageRecord record = images_.RecordOf(image);
      LARDER_ASSIGN_OR_RETURN(auto built, BuildImageRecord(record));
      writes_.Put(KeyOf(record), std::move(built));
      if (seen.insert(images_.NumberOf(image)).second) {
        LARDER_RETURN_IF_ERROR(PutFacts(writes_, images_, image, record.info.created_at));
      }
      if (writes_.size() >= batch_) LARDER_RETURN_IF_ERROR(Write());
    }
    return {};
  }

  Result<void> Write() {
    if (writes_.empty()) return {};
    const auto begin = Clock::now();
    LARDER_RETURN_IF_ERROR(WriteAll(store_, writes_));
    rounds_[round_].Record(Clock::now() - begin);
    writes_.Clear();
    return {};
  }

  const Rounds& rounds() const { return rounds_; }

 private:
  Store& store_;
  const ImageSet& images_;
  const std::size_t batch_;
  WriteBatch writes_;
  Rounds rounds_{};
  std::size_t round_ = 0;
};

}  // namespace

Result<Measured> FillStore(Store& store, const ImageSet& images, std::size_t batch, unsigned threads) {
  std::vector<Filler> fillers(threads, Filler(store, images, batch));
  std::vector<Result<void>> filled(threads);
  std::vector<std::thread> running;
  for (unsigned thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      for (std::uint64_t repository = thread; filled[thread].has_value() && repository < images.repositories();
           repository += threads) {
        filled[thread] = fillers[thread].Put(repository);
      }
      if (filled[thread].has_value()) filled[thread] = fillers[thread].Write();
    });
  }
  for (auto& each : running) each.join();
  Rounds rounds{};
  for (unsigned thread = 0; thread < threads; ++thread) {
    LARDER_RETURN_IF_ERROR(std::move(filled[thread]));
    for (std::size_t i = 0; i < rounds.size(); ++i) rounds[i].Add(fillers[thread].rounds()[i]);
  }
  LARDER_RETURN_IF_ERROR(store.Flush());
  Measured measured;
  measured.Take(rounds);
  measured.items = images.size();
  measured.memory_bytes = OwnMemoryBytes();
  return measured;
}

Result<Refreshed> RefreshBatch(Store& store, const ImageSet& set, const std::vector<std::uint64_t>& images,
                               double moved, std::uint64_t seed) {
  const Cache cache(store);
  std::vector<ImageRef> refs;
  for (const auto image : images) refs.push_back(set.RefOf(image));
  std::vector<ImageRecord> records(images.size());  // of a failed status where there is none
  Refreshed refreshed;
  auto begin = Clock::now();
  for (std::size_t i = 0; i < refs.size(); ++i) {
    if (const auto view = cache.Image(refs[i], kNow); view.has_value()) records[i] = view->ToRecord();
  }
  refreshed.taken = Clock::now() - begin;
  Random random(seed);
  WriteBatch writes;
  std::vector<std::size_t> right;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (set.Matches(images[i], records[i])) {
      right.push_back(i);
      if (random.Fraction() >= moved) continue;
      records[i] = set.NextOf(images[i], records[i].info.created_at);
      LARDER_RETURN_IF_ERROR(PutFacts(writes, set, images[i], records[i].info.created_at));
    } else {
      ++refreshed.wrong;
    }
  }
  begin = Clock::now();
  for (const auto i : right) {
    Renew(records[i]);
    LARDER_ASSIGN_OR_RETURN(auto built, BuildImageRecord(records[i]));
    writes.Put(KeyOf(records[i]), std::move(built));
  }
  if (!writes.empty()) LARDER_RETURN_IF_ERROR(WriteAll(store, writes));
  refreshed.taken += Clock::now() - begin;
  return refreshed;
}

}  // namespace larder::bench
