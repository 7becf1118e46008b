// The options that every command which asks registries has, and the refresher that they make.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud_access.h"
#include "console.h"
#include "host_access.h"
#include "larder/cloud_credentials.h"
#include "larder/instrumented_client.h"
#include "larder/network.h"
#include "larder/refresher.h"
#include "larder/remote_client.h"
#include "larder/store.h"
#include "options.h"

namespace larder::tool {

class Fetching {
 public:
  // With --config: all of them may also stand in a file or in variables.
  void AddOptions(Options& options);

  // Network, clients and refresher, in the order in which they are taken down.
  class Session {
   public:
    Refresher& refresher() { return *refresher_; }
    Network& network() { return *network_; }
    EcrSource& ecr() { return *ecr_; }

   private:
    friend class Fetching;
    std::unique_ptr<Network> network_;
    std::shared_ptr<EcrSource> ecr_;
    std::unique_ptr<ClientFactory> factory_;
    std::unique_ptr<InstrumentedClientFactory> observed_;  // where there is an observer
    std::unique_ptr<Refresher> refresher_;
  };
  // `store` must outlive the session. `options` is completed from the command line. unavailable: what --require names
  // cannot be asked.
  Result<std::unique_ptr<Session>> Start(const Console& console, Store& store, RefresherOptions options = {},
                                         FetchObserver observer = {}) const;

  PlatformPreference platforms() const;

 private:
  Result<NetworkOptions> NetworkSettings(const Console& console) const;
  Result<PlatformPreference> ParsePlatforms() const;

  HostAccess access_;
  CloudAccess clouds_;
  double rps_ = 50;
  int burst_ = 10;
  std::optional<std::chrono::milliseconds> timeout_;
  std::vector<std::string> platforms_;
  bool trace_ = false;
};

}  // namespace larder::tool
