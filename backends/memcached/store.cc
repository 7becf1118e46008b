#include <string>
#include <utility>

#include "directory.h"
#include "key_codec.h"
#include "larder/memcached_store.h"
#include "larder/time.h"
#include "reader.h"
#include "stats.h"
#include "write.h"

namespace larder {
namespace memcached {
namespace {

class MemcachedStore final : public Store {
 public:
  MemcachedStore(std::unique_ptr<Directory> directory, KeyCodec codec, std::chrono::milliseconds scan_timeout)
      : directory_(std::move(directory)), codec_(std::move(codec)), scan_timeout_(scan_timeout) {}

  Result<void> Get(const Key& key, RecordBuf& buffer) override {
    return GetOne(*directory_->Current(), codec_, key, buffer);
  }

  Result<std::unique_ptr<Reader>> OpenReader() override {
    return std::make_unique<MemcachedReader>(*directory_, codec_, scan_timeout_);
  }

  // memcached forgets by itself.
  Result<CollectProgress> Collect(const CollectSlice&) override { return CollectProgress{}; }
  // What memcached acknowledged is as durable as it gets.
  Result<void> Flush() override { return {}; }

  Result<StoreStats> Stats() override { return StatsOf(*directory_->Current()); }

  StoreTraits Traits() const override { return {.engine = "memcached", .shared = true}; }

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    const auto topology = directory_->Current();
    const Time wall = Now();
    Patience patience;
    for (std::size_t i = 0; i < ops.size(); ++i) {
      *results[i] = WriteOne(*topology, codec_, *ops[i], options.now, wall, patience);
    }
    return {};
  }

 private:
  const std::unique_ptr<Directory> directory_;
  const KeyCodec codec_;
  const std::chrono::milliseconds scan_timeout_;
};

Result<void> CheckRange(std::string_view name, std::chrono::milliseconds value, std::chrono::milliseconds least,
                        std::chrono::milliseconds most) {
  if (value >= least && value <= most) return {};
  return Fail(Errc::invalid_argument, "memcached " + std::string(name) + " of " + std::to_string(value.count()) +
                                          " ms: give " + std::to_string(least.count()) + " to " +
                                          std::to_string(most.count()) + " ms");
}

Result<void> Validate(const MemcachedOptions& options) {
  using namespace std::chrono_literals;
  if (options.srv.empty() == options.servers.empty()) {
    return Fail(Errc::invalid_argument, "memcached: give either servers or the name of SRV records");
  }
  LARDER_RETURN_IF_ERROR(CheckRange("timeout", options.timeout, 1ms, 1min));
  LARDER_RETURN_IF_ERROR(CheckRange("srv_interval", options.srv_interval, 10ms, 24h));
  LARDER_RETURN_IF_ERROR(CheckRange("scan_timeout", options.scan_timeout, 1s, 1h));
  if (options.connections < 1 || options.connections > 1024) {
    return Fail(Errc::invalid_argument,
                "memcached connections of " + std::to_string(options.connections) + ": give 1 to 1024");
  }
  return {};
}

}  // namespace
}  // namespace memcached

Result<std::unique_ptr<Store>> OpenMemcachedStore(MemcachedOptions options) {
  using namespace memcached;
  LARDER_RETURN_IF_ERROR(Validate(options));
  LARDER_ASSIGN_OR_RETURN(KeyCodec codec, KeyCodec::Make(options.key_namespace));
  std::vector<Address> servers;
  if (options.srv.empty()) {
    LARDER_ASSIGN_OR_RETURN(servers, ParseAddresses(options.servers));
  }
  LARDER_ASSIGN_OR_RETURN(auto directory, Directory::Open(options, std::move(servers)));
  return std::make_unique<MemcachedStore>(std::move(directory), std::move(codec), options.scan_timeout);
}

}  // namespace larder
