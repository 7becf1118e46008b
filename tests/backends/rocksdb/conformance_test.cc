#include "conformance/store_conformance.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::conformance {
namespace {

class RocksDbPlace final : public StorePlace {
 public:
  explicit RocksDbPlace(RocksDbOptions options) : options_(std::move(options)) { options_.path = dir_ / "store"; }
  Result<std::unique_ptr<Store>> Open() override { return OpenRocksDbStore(options_); }

 private:
  const testing::TempDir dir_;
  RocksDbOptions options_;
};

Engine RocksDbEngine(std::string name, RocksDbDurability durability) {
  RocksDbOptions options;
  options.durability = durability;
  RocksDbOptions bounded = options;
  bounded.max_bytes = 16 << 20;
  Engine engine;
  engine.name = std::move(name);
  engine.traits = {
      .engine = "rocksdb", .ordered = true, .snapshot = true, .atomic = true, .durable = true, .shared = false};
  engine.make = [options] { return std::make_unique<RocksDbPlace>(options); };
  engine.make_bounded = [bounded] { return std::make_unique<RocksDbPlace>(bounded); };
  return engine;
}

}  // namespace

LARDER_CONFORMANCE(RocksDbEngine("RocksDb", RocksDbDurability::sync),
                   RocksDbEngine("RocksDbOs", RocksDbDurability::os));

}  // namespace larder::conformance
