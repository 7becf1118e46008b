#include "examples/map_store.h"

#include "conformance/store_conformance.h"

namespace larder::conformance {
namespace {

class MapPlace final : public StorePlace {
 public:
  Result<std::unique_ptr<Store>> Open() override { return std::make_unique<example::MapStore>(); }
};

Engine MapEngine() {
  Engine engine;
  engine.name = "Map";
  engine.traits.engine = "map";
  engine.traits.ordered = engine.traits.snapshot = engine.traits.atomic = true;
  engine.reopens = false;
  engine.make = [] { return std::make_unique<MapPlace>(); };
  return engine;
}

}  // namespace

LARDER_CONFORMANCE(MapEngine());

}  // namespace larder::conformance
