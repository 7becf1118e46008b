#include "conformance/store_conformance.h"
#include "larder/memcached_store.h"
#include "support/memcached_server.h"
#include "support/servers.h"

namespace larder::conformance {
namespace {

class MemcachedPlace final : public StorePlace {
 public:
  explicit MemcachedPlace(std::vector<std::unique_ptr<testing::MemcachedServer>> servers)
      : servers_(std::move(servers)) {}

  Result<std::unique_ptr<Store>> Open() override {
    MemcachedOptions options;
    for (const auto& server : servers_) options.servers.push_back(server->endpoint());
    options.timeout = std::chrono::seconds(10);
    return OpenMemcachedStore(options);
  }

 private:
  std::vector<std::unique_ptr<testing::MemcachedServer>> servers_;
};

Result<std::unique_ptr<StorePlace>> MakePlace(int servers) {
  if (!testing::HaveMemcached()) return Fail(Errc::unsupported, "no memcached (./dev deps fetches it)");
  std::vector<std::unique_ptr<testing::MemcachedServer>> started;
  for (int i = 0; i < servers; ++i) {
    LARDER_ASSIGN_OR_RETURN(auto server, testing::MemcachedServer::Start());
    started.push_back(std::move(server));
  }
  return std::make_unique<MemcachedPlace>(std::move(started));
}

Engine Memcached(std::string name, int servers) {
  Engine engine;
  engine.name = std::move(name);
  engine.traits = {.engine = "memcached", .shared = true};
  engine.collects = false;
  engine.make = [servers] { return MakePlace(servers); };
  return engine;
}

LARDER_CONFORMANCE(Memcached("Memcached", 1), Memcached("ThreeMemcacheds", 3));

}  // namespace
}  // namespace larder::conformance
