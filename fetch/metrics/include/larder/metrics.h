// What a refresher and its readers do, as series for Prometheus (docs/running.md says what each means).
//
//   larder::Metrics metrics;
//   larder::InstrumentedStore timed(*store, metrics.OnStore());
//   larder::Cache cache(timed);
//   metrics.Watch({&network, &refresher, &cache});
//   std::cout << metrics.Text();
#pragma once

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

// Whose state is read at each scrape; null: its series are not there.
struct MetricsSources {
  Network* network = nullptr;
  Refresher* refresher = nullptr;
  const Cache* cache = nullptr;
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

  // From now on. Give other sources, or none, before these are gone; waits for a scrape that reads them.
  void Watch(const MetricsSources& sources);

  // In Prometheus' text format, for a host with an HTTP server of its own. Asks the network's thread, and so must not
  // be called there; where that is busy for a second, the refresher's series are left out and those of the hosts are as
  // they were last.
  std::string Text() const;
  // The same for prometheus::Exposer::RegisterCollectable, which holds it weakly: keep it.
  std::shared_ptr<prometheus::Collectable> Collectable() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder
