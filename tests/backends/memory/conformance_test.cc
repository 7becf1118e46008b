#include "conformance/store_conformance.h"
#include "larder/memory_store.h"

namespace larder::conformance {
namespace {

class MemoryPlace final : public StorePlace {
 public:
  explicit MemoryPlace(MemoryOptions options) : options_(options) {}
  Result<std::unique_ptr<Store>> Open() override { return OpenMemoryStore(options_); }

 private:
  MemoryOptions options_;
};

Engine MemoryEngine() {
  Engine engine;
  engine.name = "Memory";
  engine.traits = {
      .engine = "memory", .ordered = true, .snapshot = true, .atomic = true, .durable = false, .shared = false};
  engine.reopens = false;
  engine.make = [] { return std::make_unique<MemoryPlace>(MemoryOptions{}); };
  engine.make_bounded = [] { return std::make_unique<MemoryPlace>(MemoryOptions{.max_bytes = 4 << 20}); };
  return engine;
}

}  // namespace

LARDER_CONFORMANCE(MemoryEngine());

}  // namespace larder::conformance
