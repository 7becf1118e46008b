// Filling many repositories from a slow registry.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "figures.h"
#include "larder/memory_store.h"
#include "larder/remote_client.h"
#include "support/sample_registry.h"

namespace larder::bench {

bool MeasureColdFill(Figures& figures) {
  constexpr int kRepositories = 20;
  constexpr std::size_t kTags = 50;
  constexpr int kBurst = 10;
  constexpr std::chrono::milliseconds kDelay{50};
  testing::SampleRegistry registry;
  std::vector<SourcedImage> images(kRepositories);
  for (int i = 0; i < kRepositories; ++i) {
    const std::string name = "team/app" + std::to_string(i);
    registry.Put(samples::MakeUniformRepository(name, kTags, 4));
    images[static_cast<std::size_t>(i)].ref = ImageRef::Parse(registry.host() + "/" + name).value();
  }
  registry.SetDelay(kDelay);
  auto store = OpenMemoryStore({}).value();
  auto network = Network::Start(Unlimited(kBurst)).value();
  auto factory = MakeRemoteClientFactory(*network, {});
  Refresher refresher(*network, *factory, *store);
  const auto start = std::chrono::steady_clock::now();
  refresher.Start(MakeListSource(images));
  Refresher::Status status;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    status = refresher.GetStatus().get();
  } while (status.cycles + status.due + status.loading > 0);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const int requests = registry.Total();
  const double ideal = requests * std::chrono::duration<double>(kDelay).count() / kBurst;
  figures.Add("cold fill of 20 repositories of 50 tags, 50 ms an answer: requests", requests, "");
  figures.Add("cold fill: wall time", took.count(), "s");
  figures.Add("cold fill: wall time / (requests x delay / burst)", took.count() / ideal, "", 1.3);
  return status.tags == kRepositories * kTags;
}

}  // namespace larder::bench
