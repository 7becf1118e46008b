// The whole of Larder, as a host puts it together: network, clients, refresher and cache over an LMDB store. And what
// all tests of it share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <future>
#include <iosfwd>
#include <memory>
#include <string>

#include "larder/cache.h"
#include "larder/network.h"
#include "larder/refresher.h"
#include "larder/remote_client.h"
#include "larder/samples.h"
#include "larder/store.h"
#include "support/counting_proxy.h"
#include "support/docker_registry.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace larder::testing {

// As many requests a second as can be, ten at once.
NetworkOptions Unlimited();
NetworkOptions Limited(double rps, int burst = 10);

class Stack {
 public:
  // A failure of the test and null where something does not start. The directory is made where it is missing.
  static std::unique_ptr<Stack> Open(const std::filesystem::path& store, NetworkOptions network = Unlimited(),
                                     RefresherOptions refresher = {});
  static std::unique_ptr<Stack> Over(std::unique_ptr<Store> store, NetworkOptions network, RefresherOptions refresher);

  // Waits for the end; unavailable where it does not come within two minutes.
  RefreshReport Refresh(const std::string& ref, bool all = false);
  RefreshReport Refresh(RefreshRequest request);
  std::future<RefreshReport> Begin(const std::string& ref,
                                   std::function<void(std::size_t done, std::size_t total)> progress = {});
  static RefreshReport Wait(std::future<RefreshReport>& report);

  Network& network() { return *network_; }
  Refresher& refresher() { return *refresher_; }
  const Cache& cache() const { return *cache_; }

 private:
  Stack() = default;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<ClientFactory> factory_;
  std::unique_ptr<Refresher> refresher_;
  std::unique_ptr<Cache> cache_;
};

RefreshRequest RequestFor(const std::string& ref);
ImageName NameOf(const std::string& ref);
ImageRef RefOf(const std::string& ref);

// What a registry was asked.
struct Asked {
  int pings = 0, listings = 0, heads = 0, gets = 0, blobs = 0;
  friend bool operator==(const Asked&, const Asked&) = default;
};
std::ostream& operator<<(std::ostream& out, const Asked& asked);
Asked AskedOf(const CountingProxy& proxy);
// As the refresher itself counted it; pings are not among that.
Asked AskedOf(const RefreshReport& report);

// Without an error, and every one of so many tags has its record.
::testing::AssertionResult IsComplete(const RefreshReport& report, std::size_t tags);

// A docker-registry, a proxy before it that counts, and a directory for a store.
class RegistryTest : public ::testing::Test {
 protected:
  void SetUp() override;

  // Both start here.
  void Serve(DockerRegistryOptions options = {});
  void Put(const samples::SampleRepository& repository);
  void Tag(const std::string& repository, const std::string& tag, const Digest& digest);
  // By way of the proxy, and without it.
  std::string ByProxy(const std::string& path) const { return proxy_->host() + "/" + path; }
  std::string Directly(const std::string& path) const { return registry_->host() + "/" + path; }
  // Of the proxy since the last call.
  Asked TakeAsked();
  std::unique_ptr<Stack> Open(NetworkOptions network = Unlimited(), RefresherOptions refresher = {}) const {
    return Stack::Open(store_.path() / "store", std::move(network), std::move(refresher));
  }

  TempDir store_;
  std::unique_ptr<DockerRegistry> registry_;
  std::unique_ptr<CountingProxy> proxy_;
};

}  // namespace larder::testing
