// What a refresher and its readers do, as series for Prometheus (docs/running.md says what each means).
//
//   larder::Metrics metrics;
//   larder::InstrumentedStore timed(*store, metrics.OnStore());
//   larder::Cache cache(timed);
//   metrics.Watch({&network, &refresher, &cache});
//   std::cout << metrics.Text();
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "larder/api.h"
#include "larder/cache.h"
#include "larder/instrumented_client.h"
#include "larder/instrumented_registry.h"
#include "larder/instrumented_store.h"
#include "larder/network.h"
#include "larder/refresher.h"

namespace prometheus {
class Collectable;
}

namespace LARDER_API larder {

// Whose state is told; null: its series are not there.
struct MetricsSources {
  Network* network = nullptr;  // of its hosts; where there is a refresher, the one that it runs on
  Refresher* refresher = nullptr;
  const Cache* cache = nullptr;
  // How often the refresher is asked for its state and that of its hosts (Refresher::Sample); at least 10 ms. A scrape
  // gives the last answer, and its age (larder_metrics_sample_age_seconds).
  Duration sample_interval = std::chrono::seconds(15);
};

// Thread-safe.
class Metrics {
 public:
  Metrics();
  // What it gave out may outlive it.
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // For the instrumented store, registry and client factory. Each observation is two additions to counters, without a
  // lock.
  StoreObserver OnStore();  // larder_cache_request_duration_seconds
  ReadObserver OnRead();    // larder_registry_fetch_duration_seconds
  FetchObserver OnFetch();  // larder_client_fetch_duration_seconds

  // From now on; what was sampled of others is forgotten. Give other sources, or none, before these are gone; waits for
  // a scrape that reads them.
  void Watch(const MetricsSources& sources);

  // In Prometheus' text format, for a host with an HTTP server of its own. Waits for no other thread where a refresher
  // is watched. Of a network without one it asks the network's thread, and so must not be called there; where that is
  // busy for a second, its hosts are told as they were last.
  std::string Text() const;
  // The same for prometheus::Exposer::RegisterCollectable, which holds it weakly: keep it.
  std::shared_ptr<prometheus::Collectable> Collectable() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder
