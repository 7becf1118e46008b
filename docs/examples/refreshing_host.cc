// A host that keeps its own store fresh and is told what changed. It runs offline: a registry in memory stands in for
// the real ones. With real ones, two lines differ, which are marked below.
//
//   refreshing_host DIRECTORY
#include <functional>
#include <future>
#include <iostream>

#include "larder/cache.h"
#include "larder/lmdb_store.h"
#include "larder/network.h"
#include "larder/refresher.h"
#include "larder/testing/fake_registry.h"

namespace {

constexpr const char* kShop = "ghcr.io/example/shop";

void Fill(larder::testing::FakeRegistry& registry) {
  const auto day = [](int days) { return larder::Timestamp(1'760'000'000 + days * 86'400, 0); };
  registry.SetTag(kShop, "v1.2.0", larder::testing::FakeImage(1, day(0)));
  registry.SetTag(kShop, "v1.3.0", larder::testing::FakeImage(2, day(9)));
  registry.SetTag(kShop, "latest", larder::testing::FakeImage(1, day(0)));
}

// What a host does on a change: here it prints. Called on the network's thread, so it must be quick; a host with more
// to do puts the event into a queue of its own.
void OnEvent(const larder::Event& event) {
  std::cout << larder::EventKindName(event.kind) << ' ' << event.ref.ToString();
  if (!event.to.empty()) std::cout << " -> " << event.to.ToString().substr(0, 19);
  if (!event.text.empty()) std::cout << " (" << event.text << ')';
  std::cout << '\n';
}

int Fail(const larder::Error& error) {
  std::cerr << error.ToString() << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return Fail({larder::Errc::invalid_argument, "usage: refreshing_host DIRECTORY"});

  // The order matters: what is declared later uses what is declared earlier, and is destroyed before it.
  larder::LmdbOptions options;
  options.path = argv[1];
  const auto store = larder::OpenLmdbStore(options);
  if (!store.has_value()) return Fail(store.error());

  const auto network = larder::Network::Start({});
  if (!network.has_value()) return Fail(network.error());

  // With real registries: auto clients = larder::MakeRemoteClientFactory(**network, {});
  larder::testing::FakeRegistry registry([&](std::function<void()> fn) { (*network)->Post(std::move(fn)); });
  Fill(registry);

  larder::RefresherOptions refreshing;
  refreshing.on_event = OnEvent;
  refreshing.log = [](larder::LogLevel, std::string_view line) { std::cerr << line << '\n'; };
  larder::Refresher refresher(**network, registry, **store, refreshing);  // with real registries: *clients

  // Which images are in use. A file (MakeFileSource) or a host's own function (MakeCallbackSource) will do as well.
  larder::SourcedImage shop;
  shop.ref = larder::ImageRef::Parse(kShop).value();
  refresher.Start(larder::MakeListSource({shop}));

  // Nobody has to wait: reads are answered from what there is. RefreshNow is for those who want to.
  larder::RefreshRequest request;
  request.ref = shop.ref;
  if (const auto first = refresher.RefreshNow(request).get(); first.error.has_value()) return Fail(*first.error);

  // Somebody pushes. The registry in memory belongs to the network's thread.
  std::promise<void> pushed;
  (*network)->Post([&] {
    registry.SetTag(kShop, "latest", larder::testing::FakeImage(2, larder::Timestamp(1'760'777'600, 0)));
    pushed.set_value();
  });
  pushed.get_future().wait();
  request.all = true;  // every tag, whatever its deadline
  if (const auto second = refresher.RefreshNow(request).get(); second.error.has_value()) return Fail(*second.error);

  const larder::Cache cache(**store);
  const auto repository = cache.Repository(shop.ref.name());
  if (!repository.has_value()) return Fail(repository.error());
  std::cout << "ready: " << larder::CompletenessName(repository->completeness()) << ", "
            << repository->state().counts.tags << " tags\n";
  refresher.Stop();  // what was fetched is written; the destructor would do it too
  return 0;
}
