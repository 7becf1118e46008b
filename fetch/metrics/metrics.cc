#include "larder/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "families.h"

namespace larder {
namespace {

using metrics::Family;
using metrics::Histogram;
using metrics::Labels;
using prometheus::MetricType;
using Families = std::vector<prometheus::MetricFamily>;

// How long a scrape waits for a network without a refresher that is busy: then its hosts are told as they were. Below
// what a scraper waits.
constexpr std::chrono::milliseconds kPatience{800};

struct ByMethod {
  std::string_view name;
  Histogram succeeded, failed;
  ByMethod(std::string_view label, const std::array<double, metrics::kBuckets>& bounds)
      : name(label), succeeded(bounds), failed(bounds) {}
  void Observe(bool success, std::chrono::nanoseconds took) { (success ? succeeded : failed).Observe(took); }
};

template <class Array>
prometheus::MetricFamily Durations(const char* name, const char* help, const char* label, const Array& methods) {
  Family family(name, help, MetricType::Histogram);
  for (const auto& method : methods) {
    Labels labels;
    if (!method.name.empty()) labels.emplace_back(label, method.name);
    for (const bool success : {true, false}) {
      Labels all = labels;
      all.emplace_back("success", success ? "true" : "false");
      family.Add(success ? method.succeeded : method.failed, all);
    }
  }
  return family.Take();
}

prometheus::MetricFamily One(const char* name, const char* help, MetricType type, double value) {
  return Family(name, help, type).Value(value).Take();
}

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void AddHosts(const std::vector<HostStatus>& hosts, Families& into) {
  Family requests("larder_host_requests_total", "Requests sent to a host, by what came of them.", MetricType::Counter);
  Family rate("larder_host_rate", "Requests a second that a host's limiter permits now.", MetricType::Gauge);
  Family waiting("larder_host_waiting", "Requests that wait for a host's limiter.", MetricType::Gauge);
  Family pulls("larder_host_pulls_remaining", "Pulls that a host still grants, as it said last.", MetricType::Gauge);
  Family silent("larder_host_silent", "1 where a host does not answer and is left alone.", MetricType::Gauge);
  Family banned("larder_host_banned_seconds", "For how long a host refuses all requests, or those that it counts.",
                MetricType::Gauge);
  const Time now = Now();
  for (const auto& host : hosts) {
    const auto add = [&](const char* outcome, std::uint64_t count) {
      requests.Value(static_cast<double>(count), {{"host", host.host}, {"outcome", outcome}});
    };
    add("answered", host.outcomes.answered);
    add("denied", host.outcomes.denied);
    add("not_found", host.outcomes.not_found);
    add("limited", host.outcomes.limited);
    add("refused", host.outcomes.refused);
    add("failed", host.outcomes.failed);
    add("unreachable", host.outcomes.unreachable);
    add("cancelled", host.outcomes.cancelled);
    const Labels labels = {{"host", host.host}};
    rate.Value(host.rps, labels);
    waiting.Value(static_cast<double>(host.waiting), labels);
    if (host.pulls_remaining.has_value()) pulls.Value(static_cast<double>(*host.pulls_remaining), labels);
    silent.Value(host.silent ? 1 : 0, labels);
    banned.Value(std::max(0.0, Seconds(host.banned_until - now)), {{"host", host.host}, {"requests", "all"}});
    banned.Value(std::max(0.0, Seconds(host.pulls_banned_until - now)), {{"host", host.host}, {"requests", "pulls"}});
  }
  for (Family* family : {&requests, &rate, &waiting, &pulls, &silent, &banned}) into.push_back(family->Take());
}

void AddRefresher(const Refresher::Status& status, Time at, Families& into) {
  const auto gauge = [&](const char* name, const char* help, double value) {
    into.push_back(One(name, help, MetricType::Gauge, value));
  };
  const auto count = [](std::size_t n) { return static_cast<double>(n); };
  const double stale = status.oldest_due.has_value() ? std::max(0.0, Seconds(at - *status.oldest_due)) : 0;
  gauge("larder_due_staleness_seconds", "For how long what is due longest has been due.", stale);
  gauge("larder_due_repositories", "Repositories that are due and wait for their turn.", count(status.due));
  gauge("larder_running_cycles", "Repositories that are being refreshed.", count(status.cycles));
  gauge("larder_scheduled_repositories", "Repositories that are refreshed.", count(status.repositories));
  gauge("larder_scheduled_tags", "Tags with a deadline.", count(status.tags));
  gauge("larder_schedule_bytes", "Memory of the schedule.", count(status.schedule_bytes));
  gauge("larder_store_queue", "Reads and writes that wait for the store.", count(status.store_queue));
}

// What a refresher's loop said last of itself and of its hosts.
class LastSample {
 public:
  void Take(const Refresher::Status& status, const std::vector<HostStatus>& hosts) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    hosts_ = hosts;
    at_ = Now();
    taken_ = std::chrono::steady_clock::now();
  }
  void AddTo(Families& into, bool hosts) const {
    const std::lock_guard lock(mutex_);
    const std::chrono::duration<double> age = std::chrono::steady_clock::now() - taken_;
    into.push_back(One("larder_metrics_sample_age_seconds",
                       "How long ago the refresher said what is told here of it and of its hosts.", MetricType::Gauge,
                       age.count()));
    if (!status_.has_value()) return;
    AddRefresher(*status_, at_, into);
    if (hosts) AddHosts(hosts_, into);
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Refresher::Status> status_;
  std::vector<HostStatus> hosts_;
  Time at_{};
  // Before the first: when it was asked for.
  std::chrono::steady_clock::time_point taken_ = std::chrono::steady_clock::now();
};

}  // namespace

class Metrics::State final : public prometheus::Collectable {
 public:
  Families Collect() const override {
    Families all;
    all.push_back(Durations("larder_cache_request_duration_seconds", "Duration of calls of the store.", "method",
                            by_store_method));
    all.push_back(
        Durations("larder_registry_fetch_duration_seconds", "Duration of reads of image metadata.", "", reads));
    all.push_back(Durations("larder_client_fetch_duration_seconds",
                            "Duration of requests to registries, waiting for their limits included.", "kind",
                            by_fetch_kind));
    const std::lock_guard lock(mutex_);
    AddCorrupt(all);
    if (sample_ != nullptr) {
      sample_->AddTo(all, sources_.network != nullptr);
    } else if (sources_.network != nullptr) {
      AddHosts(sources_.network->Hosts(kPatience), all);
    }
    return all;
  }

  void Watch(const MetricsSources& sources) {
    auto sample = sources.refresher == nullptr ? nullptr : std::make_shared<LastSample>();
    {
      const std::lock_guard lock(mutex_);
      sources_ = sources;
      sample_ = sample;
    }
    if (sample == nullptr) return;
    // It ends by itself once nobody reads it any more.
    const auto take = [weak = std::weak_ptr(sample)](const Refresher::Status& status,
                                                     const std::vector<HostStatus>& hosts) {
      const auto into = weak.lock();
      if (into != nullptr) into->Take(status, hosts);
      return into != nullptr;
    };
    sources.refresher->Sample(sources.sample_interval, take);
  }

  // In the order of the enumerations.
  std::array<ByMethod, 4> by_store_method{
      ByMethod("get", metrics::kStoreBounds), ByMethod("open_reader", metrics::kStoreBounds),
      ByMethod("write", metrics::kStoreBounds), ByMethod("collect", metrics::kStoreBounds)};
  std::array<ByMethod, 1> reads{ByMethod("", metrics::kStoreBounds)};
  std::array<ByMethod, 3> by_fetch_kind{ByMethod("tags", metrics::kFetchBounds),
                                        ByMethod("head", metrics::kFetchBounds),
                                        ByMethod("metadata", metrics::kFetchBounds)};

 private:
  void AddCorrupt(Families& into) const {
    if (sources_.cache == nullptr && sources_.refresher == nullptr) return;
    std::uint64_t corrupt = 0;
    if (sources_.cache != nullptr) corrupt += sources_.cache->corrupt();
    if (sources_.refresher != nullptr) corrupt += sources_.refresher->corrupt();
    into.push_back(One("larder_corrupt_records_total", "Records that failed their checks and read as missing.",
                       MetricType::Counter, static_cast<double>(corrupt)));
  }

  mutable std::mutex mutex_;
  MetricsSources sources_;
  std::shared_ptr<LastSample> sample_;  // of the refresher, where there is one
};

Metrics::Metrics() : state_(std::make_shared<State>()) {}
Metrics::~Metrics() { state_->Watch({}); }

StoreObserver Metrics::OnStore() {
  return [state = state_](StoreMethod method, bool success, std::chrono::nanoseconds took) {
    state->by_store_method[static_cast<std::size_t>(method)].Observe(success, took);
  };
}

ReadObserver Metrics::OnRead() {
  return [state = state_](std::string_view, bool success, std::chrono::nanoseconds took) {
    state->reads[0].Observe(success, took);
  };
}

FetchObserver Metrics::OnFetch() {
  return [state = state_](FetchKind kind, bool success, std::chrono::nanoseconds took) {
    state->by_fetch_kind[static_cast<std::size_t>(kind)].Observe(success, took);
  };
}

void Metrics::Watch(const MetricsSources& sources) { state_->Watch(sources); }

std::string Metrics::Text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, state_->Collect());
  return std::move(out).str();
}

std::shared_ptr<prometheus::Collectable> Metrics::Collectable() const { return state_; }

}  // namespace larder
