#include "conformance/store_conformance.h"
#include "larder/lmdb_store.h"
#include "support/temp_dir.h"

namespace larder::conformance {
namespace {

class LmdbPlace final : public StorePlace {
 public:
  explicit LmdbPlace(LmdbOptions options) : options_(std::move(options)) { options_.path = directory_ / "store"; }
  Result<std::unique_ptr<Store>> Open() override { return OpenLmdbStore(options_); }

 private:
  larder::testing::TempDir directory_;
  LmdbOptions options_;
};

Engine LmdbEngine(std::string name, LmdbDurability durability) {
  LmdbOptions options;
  options.durability = durability;
  options.max_bytes = 256 << 20;
  LmdbOptions bounded = options;
  bounded.max_bytes = 8 << 20;
  Engine engine;
  engine.name = std::move(name);
  engine.traits = {
      .engine = "lmdb", .ordered = true, .snapshot = true, .atomic = true, .durable = true, .shared = false};
  engine.make = [options] { return std::make_unique<LmdbPlace>(options); };
  engine.make_bounded = [bounded] { return std::make_unique<LmdbPlace>(bounded); };
  return engine;
}

}  // namespace

LARDER_CONFORMANCE(LmdbEngine("Lmdb", LmdbDurability::sync),
                   LmdbEngine("LmdbNoMetaSync", LmdbDurability::no_meta_sync));

}  // namespace larder::conformance
