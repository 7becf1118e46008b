#include "workloads/session.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "larder/open_store.h"
#include "workloads/apart.h"
#include "workloads/fill.h"
#include "workloads/flux_baseline.h"
#include "workloads/runner.h"

namespace larder::bench {
namespace {

constexpr std::uint64_t kLeastBytes = std::uint64_t{4} << 30;
constexpr std::uint64_t kBytesAnImage = 2000;
constexpr std::uint64_t kRocksDbFactor = 3;  // its live data may take a third of the bound

using Configs = std::vector<WorkloadConfig>;

std::string UrlOf(const SessionOptions& options, const ImageSet& images) {
  if (options.store.find(':') != std::string::npos) return options.store;
  return UrlFor(options.store, options.directory / options.store, images.size());
}

std::string CallOf(Work work) {
  switch (work) {
    case Work::read:
    case Work::read_refresh:
      return "image";
    case Work::scan:
      return "repository";
    case Work::fill:
    case Work::refresh:
      return "batch";
    case Work::restart:
      return "start";
  }
  return "";
}

class Session {
 public:
  Session(const SessionOptions& options, const ImageSet& images, const Configs& configs, const Say& say,
          const TakeResult& take)
      : images_(images),
        configs_(configs),
        say_(say),
        take_(take),
        url_(UrlOf(options, images)),
        engine_(url_.substr(0, url_.find_first_of("+:"))) {}

  Result<void> Run() {
    say_(engine_ + ": " + std::to_string(images_.size()) + " images in " + std::to_string(images_.repositories()) +
         " repositories");
    LARDER_RETURN_IF_ERROR(RunFill());
    for (const Work work : {Work::read, Work::scan, Work::read_refresh, Work::refresh, Work::restart}) {
      for (const auto& config : configs_) {
        if (config.work != work) continue;
        if (work == Work::restart && engine_ == "memory") {
          say_(config.name + ": not of memory, which ends with its process");
          continue;
        }
        if (work == Work::restart && config.threads > 1) say_(config.name + ": 1 thread; it reads one image");
        LARDER_RETURN_IF_ERROR(Take(config, engine_, RunOne(config)));
      }
    }
    return {};
  }

  Result<void> RunFlux(const std::string& server) {
#ifdef LARDER_BENCH_FLUX
    say_("flux: the same images as JSON, one value a repository");
    const FluxBaseline flux(server);
    const auto filled = RunApart([&]() -> Result<Measured> {
      LARDER_RETURN_IF_ERROR(flux.Fill(images_));
      return Measured();
    });
    if (!filled.has_value()) return std::unexpected<Error>(filled.error());
    const OpenSubject open = [&] { return flux.Open(images_); };
    for (const auto& config : configs_) {
      if (config.work != Work::read && config.work != Work::scan) continue;
      const auto run = config.work == Work::read ? RunReads : RunScans;
      LARDER_RETURN_IF_ERROR(Take(config, "flux", RunApart([&] { return run(config, images_, open); })));
    }
    return {};
#else
    return Fail(Errc::unsupported, "the baseline at " + server + ": this build leaves memcached out");
#endif
  }

 private:
  Result<void> Take(const WorkloadConfig& config, const std::string& subject, Result<Measured> measured) {
    if (!measured.has_value()) {
      return std::unexpected<Error>(std::move(measured).error().WithContext(config.name + ", " + subject));
    }
    WorkloadResult result;
    static_cast<Measured&>(result) = *measured;
    result.workload = config.name;
    result.subject = subject;
    result.call = CallOf(config.work);
    result.images = images_.size();
    result.threads = config.work == Work::restart ? 1 : config.threads;
    return take_(result);
  }

  Result<void> RunFill() {
    const auto found = std::ranges::find(configs_, Work::fill, &WorkloadConfig::work);
    const bool measured = found != configs_.end();
    if (engine_ == "memory" && !measured) return {};
    const WorkloadConfig config = measured ? *found : WorkloadConfig();
    auto filled = RunApart([&]() -> Result<Measured> {
      LARDER_ASSIGN_OR_RETURN(const auto store, OpenStore(url_));
      LARDER_ASSIGN_OR_RETURN(const auto before, store->Stats());
      if (!store->Traits().shared && before.records != 0) {
        return Fail(Errc::invalid_argument,
                    url_ + " holds " + std::to_string(before.records) + " records; give an empty one");
      }
      LARDER_ASSIGN_OR_RETURN(auto fill, FillStore(*store, images_, config.batch, config.threads));
      LARDER_ASSIGN_OR_RETURN(const auto stats, store->Stats());
      fill.disk_bytes = stats.file_bytes;
      if (store->Traits().shared) fill.disk_bytes -= std::min(before.file_bytes, stats.file_bytes);
      return fill;
    });
    if (filled.has_value()) filled_bytes_ = filled->disk_bytes;
    if (measured) return Take(config, engine_, std::move(filled));
    if (!filled.has_value()) return std::unexpected<Error>(std::move(filled).error());
    return {};
  }

  Result<Measured> RunOne(const WorkloadConfig& config) {
    if (config.work == Work::restart) {
      auto measured = RunRestarts(config, images_, url_);
      if (measured.has_value() && engine_ == "memcached") measured->disk_bytes = filled_bytes_;
      return measured;
    }
    return RunApart([&]() -> Result<Measured> {
      LARDER_ASSIGN_OR_RETURN(const auto store, OpenStore(url_));
      if (engine_ == "memory") {
        LARDER_RETURN_IF_ERROR(FillStore(*store, images_, config.batch));
      }
      LARDER_ASSIGN_OR_RETURN(auto measured, RunOn(*store, config));
      LARDER_ASSIGN_OR_RETURN(const auto stats, store->Stats());
      measured.disk_bytes = store->Traits().shared ? filled_bytes_ : stats.file_bytes;
      return measured;
    });
  }

  Result<Measured> RunOn(Store& store, const WorkloadConfig& config) {
    const OpenSubject open = [&] { return std::make_unique<LarderSubject>(store, images_); };
    if (config.work == Work::read) return RunReads(config, images_, open);
    if (config.work == Work::scan) return RunScans(config, images_, open);
    if (config.work == Work::refresh) return RunRefresh(config, images_, store);
    return RunReadsUnderRefresh(config, images_, store);
  }

  const ImageSet& images_;
  const Configs& configs_;
  const Say& say_;
  const TakeResult& take_;
  const std::string url_;
  const std::string engine_;
  std::uint64_t filled_bytes_ = 0;  // by this session; a shared store holds what others wrote too
};

}  // namespace

std::string UrlFor(const std::string& engine, const std::filesystem::path& path, std::uint64_t images) {
  std::uint64_t bytes = std::max(kLeastBytes, images * kBytesAnImage);
  if (engine == "rocksdb") bytes *= kRocksDbFactor;
  return engine + ":" + (engine == "memory" ? "" : path.string()) + "?max_bytes=" + std::to_string(bytes);
}

Result<void> RunSession(const SessionOptions& options, const ImageSet& images, const Configs& configs, const Say& say,
                        const TakeResult& take) {
  Session session(options, images, configs, say, take);
  LARDER_RETURN_IF_ERROR(session.Run());
  if (options.flux.empty()) return {};
  return session.RunFlux(options.flux);
}

}  // namespace larder::bench
