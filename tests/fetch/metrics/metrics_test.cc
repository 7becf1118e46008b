// What a scrape says after a run whose every request is known.
#include "larder/metrics.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "larder/memory_store.h"
#include "larder/remote_client.h"
#include "scrape.h"
#include "support/eventually.h"
#include "support/sample_registry.h"

namespace larder {
namespace {

TEST(Metrics, AScrapeCountsWhatARunDid) {
  constexpr double kTags = 6;
  testing::SampleRegistry registry;
  auto sample = samples::MakeUniformRepository("team/app", 6, 3);
  registry.Put(sample);
  registry.Tag("team/app", "broken", Digest::Parse("sha256:" + std::string(64, 'a')).value());

  auto engine = OpenMemoryStore({}).value();
  auto network = Network::Start({}).value();
  auto remote = MakeRemoteClientFactory(*network, {});
  Metrics metrics;
  InstrumentedStore store(*engine, metrics.OnStore());
  InstrumentedClientFactory factory(*remote, metrics.OnFetch());
  Refresher refresher(*network, factory, store);
  Cache cache(store);
  InstrumentedRegistry reads(cache, metrics.OnRead());
  MetricsSources sources;
  sources.network = network.get();
  sources.refresher = &refresher;
  sources.cache = &cache;
  sources.sample_interval = kSampling;
  metrics.Watch(sources);

  std::vector<SourcedImage> images(1);
  images[0].ref = ImageRef::Parse(registry.host() + "/team/app").value();
  refresher.Start(MakeListSource(images));
  // The broken tag is asked once, and not again for minutes.
  ASSERT_TRUE(testing::Eventually([&] {
    const auto status = refresher.GetStatus().get();
    return status.tags == 7 && status.cycles == 0;
  }));
  EXPECT_TRUE(reads.GetImage(ImageRef::Parse(registry.host() + "/team/app:v0.0.1").value()).has_value());
  EXPECT_FALSE(reads.GetImage(ImageRef::Parse(registry.host() + "/team/app:nosuch").value()).has_value());

  const auto values = ScrapeAnew(metrics);
  const auto host = [&](const std::string& name, const std::string& more = "") {
    return ValueOf(values, name + "{host=\"" + registry.host() + "\"" + more + "}");
  };
  EXPECT_EQ(ValueOf(values, R"(larder_client_fetch_duration_seconds_count{kind="tags",success="true"})"), 1);
  EXPECT_EQ(ValueOf(values, R"(larder_client_fetch_duration_seconds_count{kind="metadata",success="true"})"), kTags);
  EXPECT_EQ(ValueOf(values, R"(larder_client_fetch_duration_seconds_count{kind="metadata",success="false"})"), 1);
  EXPECT_EQ(ValueOf(values, R"(larder_client_fetch_duration_seconds_count{kind="head",success="true"})"), 0);
  EXPECT_EQ(ValueOf(values, R"(larder_client_fetch_duration_seconds_bucket{kind="tags",success="true",le="+Inf"})"), 1);
  EXPECT_EQ(ValueOf(values, R"(larder_registry_fetch_duration_seconds_count{success="true"})"), 1);
  EXPECT_EQ(ValueOf(values, R"(larder_registry_fetch_duration_seconds_count{success="false"})"), 1);
  EXPECT_GE(ValueOf(values, R"(larder_cache_request_duration_seconds_count{method="get",success="true"})"), 2);
  EXPECT_GE(ValueOf(values, R"(larder_cache_request_duration_seconds_count{method="write",success="true"})"), 1);
  EXPECT_EQ(ValueOf(values, R"(larder_cache_request_duration_seconds_count{method="write",success="false"})"), 0);
  // Ping, listing, a manifest a tag, a config an image.
  EXPECT_EQ(host("larder_host_requests_total", ",outcome=\"answered\""), 1 + 1 + kTags + 2);
  EXPECT_EQ(host("larder_host_requests_total", ",outcome=\"not_found\""), 1);
  EXPECT_EQ(host("larder_host_requests_total", ",outcome=\"limited\""), 0);
  EXPECT_EQ(host("larder_host_rate"), 50);
  EXPECT_EQ(host("larder_host_waiting"), 0);
  EXPECT_EQ(host("larder_host_silent"), 0);
  EXPECT_EQ(host("larder_host_banned_seconds", ",requests=\"all\""), 0);
  EXPECT_EQ(host("larder_host_banned_seconds", ",requests=\"pulls\""), 0);
  EXPECT_EQ(host("larder_host_pulls_remaining"), std::nullopt) << "it said nothing of a budget";
  EXPECT_EQ(ValueOf(values, "larder_scheduled_repositories"), 1);
  EXPECT_EQ(ValueOf(values, "larder_scheduled_tags"), kTags + 1);
  EXPECT_EQ(ValueOf(values, "larder_due_staleness_seconds"), 0);
  EXPECT_EQ(ValueOf(values, "larder_due_repositories"), 0);
  EXPECT_EQ(ValueOf(values, "larder_running_cycles"), 0);
  EXPECT_EQ(ValueOf(values, "larder_store_queue"), 0);
  EXPECT_EQ(ValueOf(values, "larder_corrupt_records_total"), 0);

  // All again: what has a digest by HEAD, the broken tag by GET. One tag breaks, and a repository is not there.
  RefreshRequest request;
  request.ref = images[0].ref;
  request.all = true;
  const auto again = refresher.RefreshNow(request).get();
  ASSERT_TRUE(again.error.has_value()) << "the broken tag's";
  EXPECT_EQ(again.error->code, Errc::not_found);
  EXPECT_EQ(again.failed, 1u);
  registry.Tag("team/app", "v0.0.1", Digest::Parse("sha256:" + std::string(64, 'a')).value());
  request.ref = ImageRef::Parse(registry.host() + "/team/app:v0.0.1").value();
  EXPECT_TRUE(refresher.RefreshNow(request).get().error.has_value());
  request.ref = ImageRef::Parse(registry.host() + "/no/such").value();
  EXPECT_TRUE(refresher.RefreshNow(request).get().error.has_value());
  const auto more = Scrape(metrics);
  const auto fetches = [&](const std::string& kind, const std::string& success) {
    return ValueOf(more,
                   "larder_client_fetch_duration_seconds_count{kind=\"" + kind + "\",success=\"" + success + "\"}");
  };
  EXPECT_EQ(fetches("tags", "true"), 2);
  EXPECT_EQ(fetches("tags", "false"), 1);
  EXPECT_EQ(fetches("head", "true"), kTags);
  EXPECT_EQ(fetches("head", "false"), 1);
  EXPECT_EQ(fetches("metadata", "true"), kTags);
  EXPECT_EQ(fetches("metadata", "false"), 2);

  // What it watched may go; what it counted stays.
  metrics.Watch({});
  const auto rest = Scrape(metrics);
  EXPECT_EQ(ValueOf(rest, "larder_scheduled_tags"), std::nullopt);
  EXPECT_EQ(ValueOf(rest, R"(larder_registry_fetch_duration_seconds_count{success="true"})"), 1);
}

TEST(Metrics, AHostThatIsNotThereIsUnreachable) {
  auto engine = OpenMemoryStore({}).value();
  auto network = Network::Start({}).value();
  auto remote = MakeRemoteClientFactory(*network, {});
  Metrics metrics;
  Refresher refresher(*network, *remote, *engine);
  MetricsSources sources;
  sources.network = network.get();
  metrics.Watch(sources);
  RefreshRequest request;
  request.ref = ImageRef::Parse("127.0.0.1:1/a/b:c").value();
  EXPECT_TRUE(refresher.RefreshNow(request).get().error.has_value());
  const auto values = Scrape(metrics);
  EXPECT_GE(ValueOf(values, R"(larder_host_requests_total{host="127.0.0.1:1",outcome="unreachable"})"), 1);
  EXPECT_EQ(ValueOf(values, R"(larder_host_requests_total{host="127.0.0.1:1",outcome="answered"})"), 0);
  metrics.Watch({});
}

TEST(Metrics, ObservationsFromManyThreadsAreAllCounted) {
  Metrics metrics;
  const StoreObserver observe = metrics.OnStore();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) observe(StoreMethod::get, n % 10 != 0, std::chrono::microseconds(n % 4));
    });
  }
  for (auto& thread : threads) thread.join();
  const auto values = Scrape(metrics);
  EXPECT_EQ(ValueOf(values, R"(larder_cache_request_duration_seconds_count{method="get",success="true"})"), 3600);
  EXPECT_EQ(ValueOf(values, R"(larder_cache_request_duration_seconds_count{method="get",success="false"})"), 400);
  EXPECT_EQ(ValueOf(values, R"(larder_cache_request_duration_seconds_bucket{method="get",success="true",le="+Inf"})"),
            3600);
}

}  // namespace
}  // namespace larder
