// What was learned of hosts over restarts, also with a store that cannot be enumerated, as memcached.
#include "refresh/host_memory.h"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "larder/memory_store.h"
#include "larder/network.h"
#include "larder/refresher.h"
#include "larder/remote_client.h"
#include "larder/store_over.h"
#include "support/eventually.h"
#include "support/scripted_server.h"
#include "world.h"

namespace larder::refresh {
namespace {

class Unordered final : public StoreOver {
 public:
  explicit Unordered(Store& next) : StoreOver(next) {}
  Result<std::unique_ptr<Reader>> OpenReader() override {
    ++readers;
    return StoreOver::OpenReader();
  }
  StoreTraits Traits() const override {
    StoreTraits traits = StoreOver::Traits();
    traits.ordered = false;
    traits.shared = true;
    return traits;
  }
  std::atomic<int> readers{0};
};

class HostMemoryTest : public ::testing::Test {
 protected:
  // A process that lives, and what it knows of ghcr.io and quay.io.
  struct Life {
    explicit Life(Store& store) : executor(timers), limits(timers, {}), memory(timers, executor, store, limits) {
      memory.Start([this] { ready = true; });
      timers.RunReady();
      EXPECT_TRUE(ready);
    }
    void Refused(const std::string& host) {
      http::Response response;
      response.status = 429;
      response.headers = {{"Retry-After", "3600"}};
      limits.Leave(host, http::Pass(timers.Now(), http::Cost::free), &response, nullptr);
    }
    std::optional<Time> Ban(const std::string& host) const { return limits.BannedUntil(host, http::Cost::free); }

    testing::VirtualTimers timers;
    InlineExecutor executor;
    RateLimiters limits;
    HostMemory memory;
    bool ready = false;
  };
  std::shared_ptr<Store> store_ = OpenMemoryStore({}).value();
};

TEST_F(HostMemoryTest, ABanIsWrittenWithinSecondsAndRestoredAtTheStart) {
  Life first(*store_);
  first.Refused("ghcr.io");
  first.timers.Advance(kHostWrite);
  const Life second(*store_);
  EXPECT_EQ(second.Ban("ghcr.io"), testing::VirtualTimers::kStart + std::chrono::hours(1));
  EXPECT_EQ(second.limits.Report().at(0).rps, 25) << "half of what is configured";
}

TEST_F(HostMemoryTest, WhereNothingChangesNothingWaits) {
  Life life(*store_);
  life.timers.Advance(kHostWrite);
  EXPECT_EQ(life.timers.waiting(), 0U);
  for (const char* host : {"ghcr.io", "quay.io"}) {
    life.Refused(host);
    EXPECT_EQ(life.timers.waiting(), 1U);
    life.timers.Advance(kHostWrite);
    EXPECT_EQ(life.timers.waiting(), 0U);
    EXPECT_TRUE(Life(*store_).Ban(host).has_value()) << host;
  }
  life.Refused("docker.io");
  life.memory.Stop();
  EXPECT_EQ(life.timers.waiting(), 0U);
}

TEST_F(HostMemoryTest, AStoreWithoutAnOrderIsAskedForTheHostsThatAreNamed) {
  Unordered store(*store_);
  {
    Life first(store);
    first.Refused("ghcr.io");
    first.Refused("quay.io");
    first.memory.Stop();
  }
  Life second(store);
  EXPECT_EQ(second.Ban("ghcr.io"), std::nullopt);
  const int before = store.readers;
  second.memory.Know({"ghcr.io", "docker.io"});
  // What comes after it is done with the hosts known.
  std::optional<Time> seen;
  second.executor.Execute([] {}, [&] { seen = second.Ban("ghcr.io"); });
  second.timers.RunReady();
  EXPECT_EQ(seen, testing::VirtualTimers::kStart + std::chrono::hours(1));
  EXPECT_EQ(second.Ban("quay.io"), std::nullopt);
  EXPECT_EQ(store.readers, before + 1);
  // Once each: what was learned since is newer.
  second.memory.Know({"ghcr.io"});
  second.timers.RunReady();
  EXPECT_EQ(store.readers, before + 1);
}

class RefresherTest : public HostMemoryTest {
 protected:
  RefresherTest() {
    registry_.On("*", "/v2/", testing::ScriptedReply(200));
    request_.ref = ImageRef::Parse(registry_.host() + "/team/app").value();
  }
  testing::ScriptedServer registry_;
  RefreshRequest request_;
  std::unique_ptr<Network> network_ = Network::Start({}).value();
  std::unique_ptr<ClientFactory> factory_ = MakeRemoteClientFactory(*network_, {});
};

TEST_F(RefresherTest, WhateverIsAskedAfterAStopIsAnsweredBeforeItEnds) {
  Unordered store(*store_);
  std::vector<std::future<RefreshReport>> reports;
  std::future<Refresher::Status> status;
  std::atomic<int> sourced{0};
  {
    Refresher refresher(*network_, *factory_, store);
    refresher.Stop();
    for (int i = 0; i < 100; ++i) reports.push_back(refresher.RefreshNow(request_));
    refresher.Start(MakeCallbackSource([&]() -> Result<std::vector<SourcedImage>> {
      ++sourced;
      return std::vector<SourcedImage>();
    }));
    refresher.Reload();
    refresher.Prioritize(request_.ref.name());
    status = refresher.GetStatus();
  }
  for (auto& report : reports) {
    ASSERT_EQ(report.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    const auto told = report.get();
    ASSERT_TRUE(told.error.has_value());
    EXPECT_EQ(told.error->code, Errc::cancelled);
  }
  EXPECT_EQ(status.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  EXPECT_EQ(sourced, 0);
  EXPECT_TRUE(registry_.requests().empty());
}

TEST_F(RefresherTest, ARefreshIsWaitedForAsLongAsTheCallerLikes) {
  testing::ScriptedReply late(200, R"({"name":"team/app","tags":[]})", {{"Content-Type", "application/json"}});
  late.stall = true;
  registry_.On("GET", "/v2/team/app/tags/list", late);
  Refresher refresher(*network_, *factory_, *store_);
  auto report = refresher.RefreshNow(request_);
  EXPECT_EQ(report.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_TRUE(testing::Eventually([&] { return registry_.count("GET", "/v2/team/app/tags/list") == 1; }));
  EXPECT_EQ(report.wait_until(std::chrono::steady_clock::now()), std::future_status::timeout);
  registry_.ReleaseStalled();
  ASSERT_EQ(report.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  const auto told = report.get();
  EXPECT_FALSE(told.error.has_value()) << told.error->ToString();
  EXPECT_EQ(told.listings, 1U);
}

// The whole: a registry that bans for an hour is not asked by the process after, neither by name nor by the source.
TEST_F(HostMemoryTest, ARefresherOverASharedStoreRespectsTheBanOfTheOneBefore) {
  Unordered store(*store_);
  testing::ScriptedServer registry;
  registry.On("*", "/v2/", testing::ScriptedReply(200));
  registry.On("GET", "/v2/team/app/tags/list", testing::ScriptedReply(429, "slow down", {{"Retry-After", "3600"}}));
  const ImageRef ref = ImageRef::Parse(registry.host() + "/team/app").value();
  RefreshRequest request;
  request.ref = ref;
  {
    auto network = Network::Start({}).value();
    auto factory = MakeRemoteClientFactory(*network, {});
    Refresher refresher(*network, *factory, store);
    const auto report = refresher.RefreshNow(request).get();
    ASSERT_TRUE(report.error.has_value());
    EXPECT_EQ(report.error->code, Errc::rate_limited) << report.error->ToString();
    EXPECT_EQ(registry.count("GET", "/v2/team/app/tags/list"), 1U);
  }
  const std::size_t requests = registry.requests().size();
  for (const bool by_name : {true, false}) {
    auto network = Network::Start({}).value();
    auto factory = MakeRemoteClientFactory(*network, {});
    Refresher refresher(*network, *factory, store);
    if (by_name) {
      const auto report = refresher.RefreshNow(request).get();
      ASSERT_TRUE(report.error.has_value());
      EXPECT_EQ(report.error->code, Errc::rate_limited) << report.error->ToString();
    } else {
      std::vector<SourcedImage> images(1);
      images[0].ref = ref;
      refresher.Start(MakeListSource(images));
      ASSERT_TRUE(testing::Eventually([&] {
        const auto status = refresher.GetStatus().get();
        return status.repositories == 1 && status.cycles == 0 && status.due == 0;
      }));
    }
    ASSERT_EQ(network->Hosts().size(), 1U);
    EXPECT_GT(network->Hosts()[0].banned_until, Now() + std::chrono::minutes(30));
    EXPECT_EQ(registry.requests().size(), requests) << (by_name ? "by name" : "by the source");
  }
}

}  // namespace
}  // namespace larder::refresh
