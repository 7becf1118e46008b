// Each family with a value of its own, from a script in which everything that is counted is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "larder/memory_store.h"
#include "larder/remote_client.h"
#include "larder/store_over.h"
#include "limits/rate_limiters.h"
#include "registry/network_parts.h"
#include "scrape.h"
#include "support/eventually.h"
#include "support/sample_registry.h"

namespace larder {
namespace {

using Seconds = std::chrono::duration<double>;

const std::string kAge = "larder_metrics_sample_age_seconds";

// A store that fails, or stands still, when it is told to.
class MovedStore final : public StoreOver {
 public:
  explicit MovedStore(Store& next) : StoreOver(next) {}
  std::atomic<bool> fails{false};

  void Stand(bool still) {
    const std::lock_guard lock(mutex_);
    still_ = still;
    changed_.notify_all();
  }

  Result<void> Get(const Key& key, RecordBuf& buffer) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !still_; });
    if (fails) return Fault();
    return StoreOver::Get(key, buffer);
  }
  Result<std::unique_ptr<Reader>> OpenReader() override {
    if (fails) return Fault();
    return StoreOver::OpenReader();
  }
  Result<CollectProgress> Collect(const CollectSlice& slice) override {
    if (fails) return Fault();
    return StoreOver::Collect(slice);
  }

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    if (fails) return Fault();
    return StoreOver::DoWrite(ops, options, results);
  }

 private:
  static std::unexpected<Error> Fault() { return Fail(Errc::unavailable, "it does not answer"); }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool still_ = false;
};

void OnLoop(Network& network, const std::function<void(RateLimiters& limits)>& fn) {
  std::promise<void> done;
  network.Post([&] {
    fn(network.parts().limits());
    done.set_value();
  });
  done.get_future().wait();
}

// One answer of a host, as the session tells it to the limits.
void Answered(RateLimiters& limits, const std::string& host, int status, std::vector<http::Header> headers = {},
              http::Cost cost = http::Cost::free, std::string body = {}) {
  http::Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  limits.Leave(host, http::Pass(Now(), cost), &response, nullptr);
}

void Unreachable(RateLimiters& limits, const std::string& host) {
  const Error error{Errc::unavailable, "no route"};
  limits.Leave(host, http::Pass(Now(), http::Cost::free), nullptr, &error);
}

TEST(MetricsScript, HostsAreToldByWhatTheyAnswered) {
  auto network = Network::Start({}).value();
  OnLoop(*network, [](RateLimiters& limits) {
    for (const int status : {200, 500, 307, 401, 403, 401, 404, 404, 404, 404, 400, 400}) {
      Answered(limits, "all.test", status);
    }
    Unreachable(limits, "all.test");
    Unreachable(limits, "all.test");
    Answered(limits, "all.test", 200);
    for (int i = 0; i < 5; ++i) limits.Leave("all.test", http::Pass(Now(), http::Cost::free), nullptr, nullptr);
    for (int i = 0; i < 3; ++i) Unreachable(limits, "silent.test");
    Answered(limits, "limited.test", 429, {{"Retry-After", "3600"}});
    const std::vector<http::Header> budget = {{"ratelimit-limit", "100;w=21600"},
                                              {"ratelimit-remaining", "76;w=21600"}};
    Answered(limits, "budget.test", 200, budget, http::Cost::pull);
    Answered(limits, "pulls.test", 200, budget, http::Cost::pull);
    Answered(limits, "pulls.test", 429, {{"Retry-After", "7200"}}, http::Cost::pull,
             R"({"errors":[{"code":"TOOMANYREQUESTS"}]})");
  });
  Metrics metrics;
  MetricsSources sources;
  sources.network = network.get();
  metrics.Watch(sources);
  const auto values = Scrape(metrics);
  const auto of = [&](const std::string& name, const std::string& host, const std::string& more = "") {
    return ValueOf(values, "larder_host_" + name + "{host=\"" + host + "\"" + more + "}").value_or(-1);
  };
  const std::pair<const char*, double> outcomes[] = {{"answered", 3},    {"denied", 3},   {"not_found", 4},
                                                     {"limited", 0},     {"refused", 2},  {"failed", 1},
                                                     {"unreachable", 2}, {"cancelled", 5}};
  for (const auto& [outcome, count] : outcomes) {
    EXPECT_EQ(of("requests_total", "all.test", std::string(",outcome=\"") + outcome + "\""), count) << outcome;
  }
  EXPECT_EQ(of("requests_total", "limited.test", ",outcome=\"limited\""), 1);
  EXPECT_EQ(of("silent", "silent.test"), 1);
  EXPECT_EQ(of("silent", "all.test"), 0);
  EXPECT_EQ(of("rate", "all.test"), 50);
  EXPECT_EQ(of("rate", "limited.test"), 25);
  EXPECT_EQ(of("pulls_remaining", "budget.test"), 76);
  EXPECT_EQ(of("pulls_remaining", "all.test"), -1) << "not told";
  // Less what has passed since.
  const auto ends_in = [&](const std::string& host, const std::string& requests) {
    return of("banned_seconds", host, ",requests=\"" + requests + "\"");
  };
  EXPECT_GT(ends_in("limited.test", "all"), 3300);
  EXPECT_LE(ends_in("limited.test", "all"), 3600);
  EXPECT_EQ(ends_in("limited.test", "pulls"), ends_in("limited.test", "all"));
  EXPECT_EQ(ends_in("pulls.test", "all"), 0);
  EXPECT_GT(ends_in("pulls.test", "pulls"), 6900);
  EXPECT_LE(ends_in("pulls.test", "pulls"), 7200);
  metrics.Watch({});
}

TEST(MetricsScript, TheEngineIsTimedByMethodAndSuccess) {
  auto engine = OpenMemoryStore({}).value();
  MovedStore moved(*engine);
  Metrics metrics;
  InstrumentedStore store(moved, metrics.OnStore());
  const auto once = [&] {
    RecordBuf buffer;
    static_cast<void>(store.Get(Key::Host("a"), buffer));  // a miss is an answer
    static_cast<void>(store.OpenReader());
    WriteBatch batch;
    batch.Remove(Key::Host("a"));
    static_cast<void>(store.Write(batch, {}));
    CollectSlice slice;
    slice.now = Now();
    static_cast<void>(store.Collect(slice));
  };
  for (int i = 0; i < 3; ++i) once();
  moved.fails = true;
  once();
  const auto values = Scrape(metrics);
  for (const char* method : {"get", "open_reader", "write", "collect"}) {
    const std::string series =
        "larder_cache_request_duration_seconds_count{method=\"" + std::string(method) + "\",success=\"";
    EXPECT_EQ(ValueOf(values, series + "true\"}"), 3) << method;
    EXPECT_EQ(ValueOf(values, series + "false\"}"), 1) << method;
  }
  std::size_t series = 0;
  for (const auto& [name, value] : values) series += name.starts_with("larder_cache_request_duration_seconds_count");
  EXPECT_EQ(series, 8U) << "no other method";
}

class Refreshing : public ::testing::Test {
 protected:
  explicit Refreshing(LimitOptions limits = {}) : moved_(*engine_) {
    for (const char* name : {"team/a", "team/b", "team/c"}) registry_.Put(samples::MakeUniformRepository(name, 5, 2));
    NetworkOptions options;
    options.limits = limits;
    network_ = Network::Start(options).value();
    remote_ = MakeRemoteClientFactory(*network_, {});
  }
  ~Refreshing() override {
    moved_.Stand(false);
    metrics_.Watch({});
  }
  void Make(RefresherOptions options = {}) {
    refresher_ = std::make_unique<Refresher>(*network_, *remote_, moved_, std::move(options));
    refresher_->GetStatus().wait();
    MetricsSources sources;
    sources.network = network_.get();
    sources.refresher = refresher_.get();
    sources.cache = &cache_;
    sources.sample_interval = kSampling;
    metrics_.Watch(sources);
  }
  std::string Name(const std::string& name) const { return registry_.host() + "/" + name; }
  RefreshRequest All(const std::string& name) const {
    RefreshRequest request;
    request.ref = ImageRef::Parse(Name(name)).value();
    request.all = true;
    return request;
  }
  // Flips a bit in the record of a tag.
  void Damage(const std::string& name, const std::string& tag) {
    const Key key = Key::Image(Name(name), tag);
    RecordBuf buffer;
    ASSERT_TRUE(engine_->Get(key, buffer).has_value()) << tag;
    std::vector<std::byte> bytes(buffer.bytes().begin(), buffer.bytes().end());
    bytes[kRecordHeaderBytes + 20] ^= std::byte{1};
    WriteBatch batch;
    batch.Put(key, std::move(bytes));
    ASSERT_TRUE(engine_->Write(batch, {}).has_value());
  }
  double Value(const std::string& series) { return ValueOf(ScrapeAnew(metrics_), series).value_or(-1); }

  testing::SampleRegistry registry_;
  std::shared_ptr<Store> engine_ = OpenMemoryStore({}).value();
  MovedStore moved_;
  Cache cache_{*engine_};
  std::unique_ptr<Network> network_;
  std::unique_ptr<ClientFactory> remote_;
  Metrics metrics_;
  std::unique_ptr<Refresher> refresher_;
};

class SlowRefreshing : public Refreshing {
 protected:
  static LimitOptions Slow() {
    LimitOptions limits;
    limits.rate.rps = 0.1;
    limits.rate.burst = 1;
    return limits;
  }
  SlowRefreshing() : Refreshing(Slow()) {}
};

TEST_F(Refreshing, DamagedRecordsThatItReadsAreCountedOnceEach) {
  Make();
  EXPECT_FALSE(refresher_->RefreshNow(All("team/a")).get().error.has_value());
  EXPECT_EQ(Value("larder_corrupt_records_total"), 0);
  Damage("team/a", "v0.0.1");
  Damage("team/a", "v0.0.2");
  const auto report = refresher_->RefreshNow(All("team/a")).get();
  EXPECT_EQ(report.completeness, Completeness::complete);
  EXPECT_EQ(Value("larder_corrupt_records_total"), 2);
  EXPECT_EQ(refresher_->corrupt(), 2U);
  // What a reader meets is counted too, and one that breaks again.
  Damage("team/a", "v0.0.1");
  EXPECT_FALSE(cache_.Image(ImageRef::Parse(Name("team/a") + ":v0.0.1").value()).has_value());
  EXPECT_EQ(Value("larder_corrupt_records_total"), 3);
  EXPECT_FALSE(refresher_->RefreshNow(All("team/a")).get().error.has_value());
  EXPECT_EQ(Value("larder_corrupt_records_total"), 4);
}

TEST_F(Refreshing, QueuesAndWhatIsDueAreTold) {
  RefresherOptions options;
  options.cycles = 1;
  Make(options);
  registry_.SetDelay(std::chrono::seconds(2));
  moved_.Stand(true);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<SourcedImage> images(3);
  for (std::size_t i = 0; i < 3; ++i) {
    images[i].ref = ImageRef::Parse(Name("team/" + std::string(1, static_cast<char>('a' + i)))).value();
  }
  refresher_->Start(MakeListSource(images));
  // The deadlines of three are asked for, two at once; one of these reads is at the store that does not answer.
  EXPECT_TRUE(testing::Eventually([&] { return Value("larder_store_queue") == 1; }));
  EXPECT_EQ(Value("larder_scheduled_repositories"), 0);
  moved_.Stand(false);
  Series values;
  EXPECT_TRUE(testing::Eventually([&] {
    values = ScrapeAnew(metrics_);
    return ValueOf(values, "larder_running_cycles") == 1 && ValueOf(values, "larder_due_repositories") == 2 &&
           ValueOf(values, "larder_due_staleness_seconds") > 0;
  }));
  EXPECT_EQ(ValueOf(values, "larder_scheduled_repositories"), 3);
  EXPECT_GT(ValueOf(values, "larder_schedule_bytes"), 3 * 24);
  const double passed = Seconds(std::chrono::steady_clock::now() - begin).count() + 0.1;
  EXPECT_LT(ValueOf(values, "larder_due_staleness_seconds"), passed);
  registry_.SetDelay(std::chrono::milliseconds(0));
  EXPECT_TRUE(testing::Eventually([&] { return Value("larder_scheduled_tags") == 15; }));
  EXPECT_TRUE(testing::Eventually([&] { return Value("larder_due_staleness_seconds") == 0; }));
}

TEST_F(SlowRefreshing, WhoWaitsForALimitIsToldAndWhatIsPermitted) {
  Make();
  refresher_->RefreshNow(All("team/a"), [](RefreshReport) {});
  const std::string host = "{host=\"" + registry_.host() + "\"}";
  EXPECT_TRUE(testing::Eventually([&] { return Value("larder_host_waiting" + host) == 1; }));
  EXPECT_EQ(Value("larder_host_rate" + host), 0.1);
}

// A scrape of a network that stands still does not wait for it, and says how old its answer is; what reads the store
// meanwhile waits for nobody either.
TEST_F(Refreshing, ABusyNetworkDelaysNoScrapeAndNoRead) {
  Make();
  EXPECT_FALSE(refresher_->RefreshNow(All("team/a")).get().error.has_value());
  const std::string answered = "larder_host_requests_total{host=\"" + registry_.host() + "\",outcome=\"answered\"}";
  const double before = Value(answered);
  EXPECT_GT(before, 5);
  std::promise<void> stopped, go_on;
  network_->Post([&stopped, stands = go_on.get_future().share()] {
    stopped.set_value();
    stands.wait();
  });
  stopped.get_future().wait();
  // The fastest of several: what this machine does beside does not count.
  std::chrono::steady_clock::duration took = std::chrono::hours(1);
  Series values;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    values = Scrape(metrics_);
    took = std::min(took, std::chrono::steady_clock::now() - begin);
  }
  EXPECT_LT(took, std::chrono::milliseconds(200));
  InstrumentedStore timed(*engine_, metrics_.OnStore());
  InstrumentedRegistry reads(cache_, metrics_.OnRead());
  for (int i = 0; i < 1000; ++i) {
    RecordBuf buffer;
    EXPECT_TRUE(timed.Get(Key::Image(Name("team/a"), "v0.0.1"), buffer).has_value());
    EXPECT_TRUE(reads.GetImage(ImageRef::Parse(Name("team/a") + ":v0.0.1").value()).has_value());
  }
  EXPECT_EQ(ValueOf(values, answered), before) << "as it was told last";
  EXPECT_EQ(ValueOf(values, "larder_scheduled_tags"), 0) << "and so is the refresher";
  EXPECT_EQ(ValueOf(values, "larder_corrupt_records_total"), 0);
  // A loop that stands is seen by that.
  EXPECT_TRUE(testing::Eventually([&] { return ValueOf(Scrape(metrics_), kAge) > 0.5; }));
  go_on.set_value();
  EXPECT_TRUE(testing::Eventually([&] { return ValueOf(Scrape(metrics_), kAge) < 0.5; }));
  EXPECT_EQ(Value(R"(larder_cache_request_duration_seconds_count{method="get",success="true"})"), 1000);
  EXPECT_EQ(Value(R"(larder_registry_fetch_duration_seconds_count{success="true"})"), 1000);
}

TEST_F(Refreshing, WhatIsToldIsTheLastSampleAndItsAge) {
  Make();
  MetricsSources rarely;
  rarely.network = network_.get();
  rarely.refresher = refresher_.get();
  rarely.sample_interval = std::chrono::hours(1);
  metrics_.Watch(rarely);
  EXPECT_TRUE(testing::Eventually([&] { return Scrape(metrics_).contains("larder_scheduled_tags"); }))
      << "the first one is taken at once";
  EXPECT_FALSE(refresher_->RefreshNow(All("team/a")).get().error.has_value());
  const std::string host = "larder_host_rate{host=\"" + registry_.host() + "\"}";
  const auto old = Scrape(metrics_);
  EXPECT_EQ(ValueOf(old, host), std::nullopt) << "nothing was known of it then";
  EXPECT_GT(ValueOf(old, kAge), 0);
  EXPECT_GT(ValueOf(Scrape(metrics_), kAge), ValueOf(old, kAge));
  rarely.network = nullptr;
  rarely.sample_interval = kSampling;
  metrics_.Watch(rarely);
  const auto fresh = ScrapeAnew(metrics_);
  EXPECT_EQ(ValueOf(fresh, "larder_scheduled_tags"), 0);
  EXPECT_EQ(ValueOf(fresh, host), std::nullopt) << "hosts were not asked for";
  metrics_.Watch({});
  EXPECT_EQ(ValueOf(Scrape(metrics_), kAge), std::nullopt);
}

}  // namespace
}  // namespace larder
