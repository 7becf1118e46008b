// The options that every command which asks registries has, and the refresher that they make.
#pragma once

#include <memory>
#include <string>
#include <vector>

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
  void AddOptions(Options& options);
  // --ecr-...: which images on ECR are asked for.
  void AddCloudOptions(Options& options);

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
  // `store` must outlive the session. `options` is completed from the command line.
  Result<std::unique_ptr<Session>> Start(const Console& console, Store& store, RefresherOptions options = {},
                                         FetchObserver observer = {}) const;

  PlatformPreference platforms() const;

 private:
  Result<NetworkOptions> NetworkSettings(const Console& console) const;
  Result<PlatformPreference> ParsePlatforms() const;
  EcrOptions EcrSettings() const;

  std::vector<std::string> insecure_hosts_;
  HostAccess access_;
  double rps_ = 50;
  int burst_ = 10;
  std::vector<std::string> platforms_;
  bool trace_ = false;
  std::vector<std::string> ecr_regions_;
  std::vector<std::string> ecr_include_ids_;
  std::vector<std::string> ecr_exclude_ids_ = EksSystemAccounts();
};

}  // namespace larder::tool
