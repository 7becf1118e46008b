#include "workloads/session.h"

#include <algorithm>

#include "larder/open_store.h"
#include "workloads/fill.h"
#include "workloads/flux_baseline.h"
#include "workloads/runner.h"

namespace larder::bench {
namespace {

constexpr std::uint64_t kLeastBytes = std::uint64_t{4} << 30;
constexpr std::uint64_t kBytesAnImage = 1500;
constexpr std::uint64_t kRocksDbFactor = 3;  // its live data may take a third of the bound

using Configs = std::vector<WorkloadConfig>;
using Results = std::vector<WorkloadResult>;

bool IsKept(const StoreTraits& traits) { return traits.durable && !traits.shared; }

std::string UrlOf(const SessionOptions& options, const ImageSet& images) {
  if (options.store.find(':') != std::string::npos) return options.store;
  std::uint64_t bytes = std::max(kLeastBytes, images.size() * kBytesAnImage);
  if (options.store == "rocksdb") bytes *= kRocksDbFactor;
  const std::string path = options.store == "memory" ? "" : (options.directory / options.store).string();
  return options.store + ":" + path + "?max_bytes=" + std::to_string(bytes);
}

const WorkloadConfig* Find(const Configs& configs, Work work) {
  const auto found = std::ranges::find(configs, work, &WorkloadConfig::work);
  return found == configs.end() ? nullptr : &*found;
}

Result<void> RunOnStore(Store& store, const ImageSet& images, const Configs& configs, Results& results) {
  const OpenSubject open = [&] { return std::make_unique<LarderSubject>(store, images); };
  for (const Work work : {Work::read, Work::scan, Work::read_refresh, Work::refresh}) {
    for (const auto& config : configs) {
      if (config.work != work) continue;
      Result<WorkloadResult> result = Fail(Errc::unsupported);
      if (work == Work::read) result = RunReads(config, images, open);
      if (work == Work::scan) result = RunScans(config, images, open);
      if (work == Work::read_refresh) result = RunReadsUnderRefresh(config, images, store);
      if (work == Work::refresh) result = RunRefresh(config, images, store);
      if (!result.has_value()) return std::unexpected<Error>(std::move(result).error().WithContext(config.name));
      LARDER_ASSIGN_OR_RETURN(const auto stats, store.Stats());
      result->disk_bytes = stats.file_bytes;
      results.push_back(std::move(*result));
    }
  }
  return {};
}

Result<void> RunFlux(const SessionOptions& options, const ImageSet& images, const Configs& configs, Results& results) {
#ifdef LARDER_BENCH_FLUX
  const FluxBaseline flux(options.flux);
  LARDER_RETURN_IF_ERROR(flux.Fill(images));
  const OpenSubject open = [&] { return flux.Open(images); };
  for (const auto& config : configs) {
    if (config.work != Work::read && config.work != Work::scan) continue;
    results.push_back(config.work == Work::read ? RunReads(config, images, open) : RunScans(config, images, open));
    results.back().subject = "flux";
  }
  return {};
#else
  (void)images, (void)configs, (void)results;
  return Fail(Errc::unsupported, "the baseline at " + options.flux + ": this build leaves memcached out");
#endif
}

Result<void> Fill(Store& store, const ImageSet& images, const Configs& configs, Results& results) {
  const WorkloadConfig* config = Find(configs, Work::fill);
  WorkloadResult result;
  LARDER_RETURN_IF_ERROR(FillStore(store, images, config != nullptr ? config->batch : 512, result.latency));
  if (config == nullptr) return {};
  result.workload = config->name;
  result.call = "batch";
  result.images = images.size();
  result.items = images.size();
  result.memory_bytes = OwnMemoryBytes();
  LARDER_ASSIGN_OR_RETURN(const auto stats, store.Stats());
  result.disk_bytes = stats.file_bytes;
  results.push_back(std::move(result));
  return {};
}

}  // namespace

Result<Results> RunSession(const SessionOptions& options, const ImageSet& images, const Configs& configs,
                           const std::function<void(const std::string&)>& say) {
  Results results;
  const std::string url = UrlOf(options, images);
  LARDER_ASSIGN_OR_RETURN(auto store, OpenStore(url));
  const StoreTraits traits = store->Traits();
  const std::string engine(traits.engine);
  LARDER_ASSIGN_OR_RETURN(const auto stats, store->Stats());
  if (!traits.shared && stats.records != 0) {
    return Fail(Errc::invalid_argument,
                url + " holds " + std::to_string(stats.records) + " records; give an empty one");
  }
  say(engine + ": " + std::to_string(images.size()) + " images in " + std::to_string(images.repositories()) +
      " repositories");
  LARDER_RETURN_IF_ERROR(Fill(*store, images, configs, results));
  LARDER_RETURN_IF_ERROR(RunOnStore(*store, images, configs, results));
  store.reset();
  if (const auto* config = Find(configs, Work::restart); config != nullptr && IsKept(traits)) {
    LARDER_ASSIGN_OR_RETURN(auto result, RunRestarts(*config, images, url));
    results.push_back(std::move(result));
  }
  for (auto& result : results) result.subject = engine;
  if (!options.flux.empty()) {
    say("flux: the same images as JSON, one value a repository");
    LARDER_RETURN_IF_ERROR(RunFlux(options, images, configs, results));
  }
  return results;
}

}  // namespace larder::bench
