// How a host tests its own code without a registry. Two ways: a fake of the Registry port, for code that only reads,
// and the registry in memory (larder::testing), for code that lives with what a refresher does: pushes, outages,
// limits.
#include <atomic>
#include <functional>
#include <iostream>
#include <optional>
#include <string>

#include "larder/cache.h"
#include "larder/memory_store.h"
#include "larder/network.h"
#include "larder/refresher.h"
#include "larder/sort.h"
#include "larder/testing/fake_images.h"
#include "larder/testing/fake_registry.h"

namespace {

// --- The host's own code, which is under test ---

// The newest release of a repository; nothing while the repository is not known as a whole: a part of the tags could
// make an old release look like the newest.
std::optional<std::string> ReleaseToDeploy(larder::Registry& registry, const larder::ImageName& name) {
  const auto metadata = registry.GetImageRepositoryMetadata(name);
  if (!metadata.has_value() || metadata->completeness != larder::Completeness::complete) return std::nullopt;
  auto images = metadata->GetImages();
  if (!images.has_value() || images->empty()) return std::nullopt;
  larder::Sort(*images, larder::NewerBySemver);
  return images->front().id.tag();
}

// --- One way: the port that the code asks, faked ---

bool NothingIsDeployedFromHalfARepository() {
  const auto name = larder::ImageName::Parse("ghcr.io/example/shop").value();
  larder::testing::FakeImages images;
  images.Set("ghcr.io/example/shop:v1.0.0", larder::Timestamp(1'760'000'000, 0));
  images.SetPending("ghcr.io/example/shop:v1.1.0");
  if (ReleaseToDeploy(images, name).has_value()) return false;
  images.Set("ghcr.io/example/shop:v1.1.0", larder::Timestamp(1'760'000'000, 0));
  return ReleaseToDeploy(images, name) == "v1.1.0";
}

// --- The other: everything real but the registry ---

bool AnOutageChangesNothing() {
  const auto name = larder::ImageName::Parse("ghcr.io/example/shop").value();
  const auto store = larder::OpenMemoryStore().value();
  const auto network = larder::Network::Start({}).value();
  larder::testing::FakeRegistry registry([&](std::function<void()> fn) { network->Post(std::move(fn)); });
  registry.SetTag("ghcr.io/example/shop", "v1.9.0", larder::testing::FakeImage(1, larder::Timestamp(1'760'000'000, 0)));
  registry.SetTag("ghcr.io/example/shop", "v1.10.0",
                  larder::testing::FakeImage(2, larder::Timestamp(1'760'000'000, 0)));
  std::atomic<bool> down = false;
  registry.fail = [&](const larder::testing::FakeCall&) -> std::optional<larder::FetchError> {
    if (!down) return std::nullopt;
    larder::FetchError error;
    error.error = larder::Error{larder::Errc::unavailable, "no route to host"};
    error.blame = larder::Blame::host;
    return error;
  };

  larder::Refresher refresher(*network, registry, *store);
  larder::RefreshRequest request;
  request.ref = larder::ImageRef(name, "");
  larder::Cache cache(*store);
  if (refresher.RefreshNow(request).get().error.has_value()) return false;
  if (ReleaseToDeploy(cache, name) != "v1.10.0") return false;
  down = true;
  if (!refresher.RefreshNow(request).get().error.has_value()) return false;  // it says that it failed...
  return ReleaseToDeploy(cache, name) == "v1.10.0";                          // ... and what was known is still known
}

bool Run(const char* name, bool (*test)()) {
  const bool passed = test();
  std::cout << (passed ? "ok      " : "FAILED  ") << name << '\n';
  return passed;
}

}  // namespace

int main() {
  const bool port = Run("NothingIsDeployedFromHalfARepository", NothingIsDeployedFromHalfARepository);
  const bool outage = Run("AnOutageChangesNothing", AnOutageChangesNothing);
  return port && outage ? 0 : 1;
}
