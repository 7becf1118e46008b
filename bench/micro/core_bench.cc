#include "micro/core_bench.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <utility>
#include <vector>

#include "larder/image_view.h"
#include "micro/allocations.h"
#include "micro/population.h"

namespace larder::bench {
namespace {

constexpr std::uint32_t kFew = 1000;  // in the processor's caches: what counts is the work

struct Sample {
  std::vector<ImageRef> refs;
  std::vector<ImageRecord> records;
  std::vector<std::pair<Key, std::vector<std::byte>>> stored;
  std::vector<ImageView> views;
};

Sample MakeSample() {
  Sample sample;
  for (std::uint32_t i = 0; i < kFew; ++i) {
    sample.refs.push_back(RefOf(i));
    sample.records.push_back(RecordOf(i));
    sample.stored.push_back(StoredOf(i));
    RecordBuf buffer;
    buffer.Assign(sample.stored.back().second);
    sample.views.push_back(ImageView::Make(sample.stored.back().first, std::move(buffer)).value());
  }
  return sample;
}

// The fields that a host asks for.
std::size_t ReadFields(const ImageView& view) {
  return view.digest().bytes().size() + view.tag().size() + view.name().size() +
         static_cast<std::size_t>(view.created().unix_seconds()) +
         static_cast<std::size_t>(view.last_checked().time_since_epoch().count()) +
         static_cast<std::size_t>(view.status());
}

template <class Work>
void Register(const char* name, std::shared_ptr<const Sample> sample, Work work) {
  benchmark::RegisterBenchmark(name, [sample, work](benchmark::State& state) {
    const CountAllocations count(state);
    std::size_t i = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(work(*sample, i));
      i = (i + 1) % kFew;
    }
  });
}

}  // namespace

void RegisterCore() {
  const auto sample = std::make_shared<const Sample>(MakeSample());
  Register("core/key/larder", sample, [](const Sample& s, std::size_t i) {
    return Key::Image(CanonicalName(s.refs[i].name()).view(), s.refs[i].tag());
  });
  Register("core/build/larder", sample,
           [](const Sample& s, std::size_t i) { return BuildImageRecord(s.records[i]).value().size(); });
  Register("core/verify/larder", sample, [](const Sample& s, std::size_t i) {
    return ImageSpan::Make(s.stored[i].first, s.views[i].name(), s.stored[i].second).has_value();
  });
  Register("core/view/larder", sample, [](const Sample& s, std::size_t i) { return ReadFields(s.views[i]); });
  Register("core/info/larder", sample,
           [](const Sample& s, std::size_t i) { return s.views[i].ToInfo().labels.size(); });
}

}  // namespace larder::bench
