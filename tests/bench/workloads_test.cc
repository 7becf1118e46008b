// The named workloads themselves, at a tiny size, what they run in, and what they count with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "images/image_set.h"
#include "larder/memory_store.h"
#include "spread.h"
#include "support/corpus.h"
#include "support/memcached_server.h"
#include "support/servers.h"
#include "support/temp_dir.h"
#include "workloads/apart.h"
#include "workloads/fill.h"
#include "workloads/growth.h"
#include "workloads/histogram.h"
#include "workloads/measured.h"
#include "workloads/plan.h"
#include "workloads/runner.h"

namespace larder::bench {
namespace {

using std::chrono::nanoseconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(HistogramTest, KnowsQuantilesToAThirtySecond) {
  Histogram histogram;
  EXPECT_EQ(histogram.At(0.5), 0u);
  for (int i = 1; i <= 100'000; ++i) histogram.Record(nanoseconds(i));
  EXPECT_EQ(histogram.count(), 100'000u);
  EXPECT_DOUBLE_EQ(histogram.mean_ns(), 50'000.5);
  for (const double quantile : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999}) {
    const double right = quantile * 100'000;
    EXPECT_GE(static_cast<double>(histogram.At(quantile)), right) << quantile;
    EXPECT_LE(static_cast<double>(histogram.At(quantile)), right * (1 + 1.0 / 32) + 1) << quantile;
  }
  EXPECT_EQ(histogram.At(1), 100'000u);
  EXPECT_EQ(histogram.max_ns(), 100'000u);
}

TEST(HistogramTest, IsExactForWhatIsShortAndHoldsWhatIsLong) {
  Histogram histogram;
  for (const std::int64_t ns : {0, 7, 31, -5}) histogram.Record(nanoseconds(ns));
  EXPECT_EQ(histogram.At(0.5), 0u) << "a clock that went back counts as nothing";
  EXPECT_EQ(histogram.At(0.75), 7u);
  EXPECT_EQ(histogram.At(1), 31u);
  histogram.Record(nanoseconds(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(histogram.At(1), static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

TEST(HistogramTest, AddsUp) {
  Histogram one, other;
  for (int i = 0; i < 10; ++i) one.Record(nanoseconds(10));
  for (int i = 0; i < 30; ++i) other.Record(nanoseconds(1'000'000));
  one.Add(other);
  EXPECT_EQ(one.count(), 40u);
  EXPECT_EQ(one.At(0.25), 10u);
  EXPECT_EQ(one.At(0.26), 1'000'000u);
}

TEST(SpreadTest, IsBetweenTheQuartilesAndAPartOfTheMedian) {
  EXPECT_DOUBLE_EQ(MedianOf({5, 1, 3}), 3);
  EXPECT_DOUBLE_EQ(SpreadOf({100, 90, 110, 500, 1}), 0.2) << "what is far out does not count";
  EXPECT_DOUBLE_EQ(SpreadOf({7}), 0);
  EXPECT_DOUBLE_EQ(SpreadOf({}), 0);
}

TEST(MeasuredTest, TakesRoundsTogetherAndKnowsHowFarTheyLieApart) {
  Rounds rounds{};
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < 10; ++i) rounds[static_cast<std::size_t>(round)].Record(nanoseconds(10 + round));
  }
  Measured measured;
  measured.Take(rounds);
  measured.items = 100;
  EXPECT_EQ(measured.latency.count(), 50u);
  EXPECT_DOUBLE_EQ(measured.spread, 2.0 / 12);
  EXPECT_DOUBLE_EQ(measured.ItemNs(), 6) << "two items a call";
  EXPECT_DOUBLE_EQ(Measured().ItemNs(), 0);
}

TEST(ApartTest, AnswersWhatTheOtherProcessAnswersAndCountsItsOwnMemoryOnly) {
  const auto take = [](std::size_t bytes) {
    return RunApart([bytes]() -> Result<Measured> {
      const std::vector<char> taken(bytes, 'x');
      Measured measured;
      measured.items = static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), 'x'));
      measured.memory_bytes = OwnMemoryBytes();
      return measured;
    });
  };
  constexpr std::size_t kMuch = 64 << 20;
  const auto much = take(kMuch);
  ASSERT_TRUE(much.has_value()) << much.error().ToString();
  EXPECT_EQ(much->items, kMuch);
  EXPECT_GE(much->memory_bytes, kMuch * 3 / 4);
  const auto little = take(1);
  ASSERT_TRUE(little.has_value());
  EXPECT_LT(little->memory_bytes, kMuch / 2) << "what came before does not count";
}

TEST(ApartTest, SaysWhatWentWrongThere) {
  const auto failed = RunApart([]() -> Result<Measured> { return Fail(Errc::too_large, "over there"); });
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, Errc::too_large);
  EXPECT_EQ(failed.error().message, "over there");
  const auto gone = RunApart([]() -> Result<Measured> { std::_Exit(7); });
  ASSERT_FALSE(gone.has_value());
  EXPECT_THAT(gone.error().message, HasSubstr("status 7"));
}

TEST(ConfigTest, CheckedInWorkloadsAreThoseThatAreDocumented) {
  const auto configs = ReadWorkloadConfigs(LARDER_SOURCE_DIR "/bench/workloads/configs");
  ASSERT_TRUE(configs.has_value()) << configs.error().ToString();
  std::vector<std::string> names;
  for (const auto& config : *configs) {
    names.push_back(config.name);
    EXPECT_NE(config.description, "") << config.name;
  }
  EXPECT_THAT(names, ElementsAre("cold-fill", "read-under-refresh", "read-uniform", "read-zipf", "repository-scan",
                                 "restart", "steady-refresh"));
}

TEST(ConfigTest, ReadsWhatIsThereAndLeavesDefaults) {
  const auto config =
      ParseWorkloadConfig("x", R"({"work": "read", "distribution": "zipf", "theta": 0.8, "threads": 4})");
  ASSERT_TRUE(config.has_value()) << config.error().ToString();
  EXPECT_EQ(config->work, Work::read);
  EXPECT_TRUE(config->zipf);
  EXPECT_DOUBLE_EQ(config->theta, 0.8);
  EXPECT_EQ(config->threads, 4u);
  EXPECT_EQ(config->batch, WorkloadConfig().batch);
}

TEST(ConfigTest, SaysWhatIsWrong) {
  const struct {
    std::string json, message;
  } kCases[] = {
      {"[]", "not a JSON object"},
      {"{", "not a JSON object"},
      {"{}", "'work' is missing"},
      {R"({"work": "sleep"})", "'work' has to be one of read,"},
      {R"({"work": "read", "thread": 1})", "'thread' is not known"},
      {R"({"work": "read", "threads": 0})", "'threads' has to be from 1"},
      {R"({"work": "read", "threads": "2"})", "'threads' has to be a number"},
      {R"({"work": "read", "distribution": "normal"})", "'distribution' has to be uniform or zipf"},
  };
  for (const auto& c : kCases) {
    const auto config = ParseWorkloadConfig("x", c.json);
    ASSERT_FALSE(config.has_value()) << c.json;
    EXPECT_EQ(config.error().code, Errc::invalid_argument);
    EXPECT_THAT(config.error().message, HasSubstr(c.message));
  }
}

class WorkloadsTest : public ::testing::Test {
 protected:
  // The checked-in ones, short.
  std::vector<WorkloadConfig> Configs(const std::set<std::string>& names = {}) const {
    auto all = ReadWorkloadConfigs(LARDER_SOURCE_DIR "/bench/workloads/configs").value();
    std::erase_if(all, [&](const WorkloadConfig& config) { return !names.empty() && !names.contains(config.name); });
    for (auto& config : all) {
      config.seconds = 0.05;
      config.repetitions = 1;
      config.batch = 32;
    }
    return all;
  }

  Result<void> RunAll(const Plan& plan, ResultsFile& results) {
    return RunPlan(
        plan, [&](const std::string& text) { said_.push_back(text); },
        [&](const WorkloadResult& result) { return results.Add(result); });
  }
  nlohmann::json Written() const {
    const auto document = nlohmann::json::parse(larder::testing::ReadFile(json_), nullptr, false);
    return document.is_object() ? document["workloads"] : nlohmann::json();
  }

  larder::testing::TempDir directory_;
  const std::filesystem::path json_ = directory_ / "results.json";
  std::vector<std::string> said_;
};

TEST_F(WorkloadsTest, EachOfThemRunsAndFindsWhatWasWritten) {
  Plan plan;
  plan.configs = Configs();
  for (auto& config : plan.configs) config.threads = 2;
  constexpr std::uint64_t kFew = 300, kSeveralRepositories = 2500;
  ASSERT_GT(ImageSet::OfficialLike(kSeveralRepositories, plan.seed).repositories(), 1u);
  plan.directory = directory_ / "stores";
  ResultsFile results(json_);
  for (const auto& [store, size] : {std::pair("lmdb", kFew), std::pair("memory", kSeveralRepositories)}) {
    plan.sizes = {size};
    plan.stores = {store};
    const auto ran = RunAll(plan, results);
    ASSERT_TRUE(ran.has_value()) << ran.error().ToString();
  }
  std::multiset<std::string> names;
  for (const auto& result : results.all()) {
    SCOPED_TRACE(result.workload + ", " + result.subject);
    names.insert(result.workload);
    EXPECT_EQ(result.images, result.subject == "lmdb" ? kFew : kSeveralRepositories);
    EXPECT_EQ(result.threads, result.workload == "restart" ? 1u : 2u);
    EXPECT_GT(result.latency.count(), 0u);
    EXPECT_GT(result.items, 0u);
    EXPECT_EQ(result.wrong, 0u);
    EXPECT_EQ(result.missing, 0u);
    EXPECT_GE(result.spread, 0);
    EXPECT_GT(result.CallsPerSecond(), 0);
    EXPECT_GT(result.ItemsPerSecond(), 0);
    EXPECT_GT(result.disk_bytes, result.images * 200);
  }
  const std::multiset<std::string> kOnBoth = {"cold-fill", "read-under-refresh", "read-uniform",
                                              "read-zipf", "repository-scan",    "steady-refresh"};
  std::multiset<std::string> expected = kOnBoth;
  expected.insert(kOnBoth.begin(), kOnBoth.end());
  expected.insert("restart");
  EXPECT_EQ(names, expected) << "what is in memory does not start again";
  EXPECT_THAT(said_, Contains(HasSubstr("restart: 1 thread")));
  EXPECT_THAT(said_, Contains(HasSubstr("restart: not of memory")));
  const auto written = Written();
  ASSERT_EQ(written.size(), results.all().size());
  for (const auto& each : written) {
    for (const char* member : {"p50_ns", "p99_ns", "p999_ns", "spread", "calls_per_second", "items_per_second",
                               "memory_bytes", "disk_bytes", "threads"}) {
      EXPECT_TRUE(each.contains(member)) << each;
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(plan.directory)) << "temporary stores go";
}

TEST_F(WorkloadsTest, SeveralSizesInOnePlaceLieApartAndAnErrorLosesNoResult) {
  Plan plan;
  plan.configs = Configs({"cold-fill"});
  plan.sizes = {100, 200};
  plan.stores = {"lmdb:" + (directory_ / "kept").string() + "?max_bytes=64MiB"};
  plan.directory = directory_ / "stores";
  {
    ResultsFile results(json_);
    const auto ran = RunAll(plan, results);
    ASSERT_TRUE(ran.has_value()) << ran.error().ToString();
    EXPECT_EQ(Written().size(), 2u);
  }
  EXPECT_TRUE(std::filesystem::exists(directory_ / "kept/images-100/data.mdb"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "kept/images-200/data.mdb"));

  std::filesystem::remove_all(directory_ / "kept/images-100");
  ResultsFile again(json_);
  const auto ran = RunAll(plan, again);
  ASSERT_FALSE(ran.has_value());
  EXPECT_EQ(ran.error().code, Errc::invalid_argument);
  EXPECT_THAT(ran.error().message, HasSubstr("give an empty one"));
  ASSERT_EQ(Written().size(), 1u);
  EXPECT_EQ(Written()[0]["images"], 100);
}

TEST_F(WorkloadsTest, RunOverAGivenListOfTags) {
  const auto list = directory_ / "tags.tsv";
  std::ofstream(list) << "repo\ttag\nghcr.io/a/b\tv1\nghcr.io/a/b\tv2\nghcr.io/a/c\tv1\n";
  Plan plan;
  plan.configs = Configs({"read-uniform", "repository-scan"});
  plan.sizes = {100, 200};  // the list says how many
  plan.stores = {"memory"};
  plan.tags = list.string();
  plan.directory = directory_ / "stores";
  ResultsFile results("");
  const auto ran = RunAll(plan, results);
  ASSERT_TRUE(ran.has_value()) << ran.error().ToString();
  ASSERT_EQ(results.all().size(), 2u);
  for (const auto& result : results.all()) {
    EXPECT_EQ(result.images, 3u);
    EXPECT_EQ(result.wrong + result.missing, 0u);
  }
}

TEST_F(WorkloadsTest, TheBaselineAnswersFromMemcachedToo) {
  LARDER_SKIP_WITHOUT_MEMCACHED();
  auto server = larder::testing::MemcachedServer::Start();
  ASSERT_TRUE(server.has_value()) << server.error().ToString();
  Plan plan;
  plan.configs = Configs({"read-uniform", "repository-scan", "restart"});
  plan.sizes = {200};
  const std::string url = "memcached://" + (*server)->endpoint();
  plan.stores = {url + "/bench", url + "/another"};
  plan.flux = (*server)->endpoint();
  plan.directory = directory_ / "stores";
  ResultsFile results("");
  const auto ran = RunAll(plan, results);
  if (!ran.has_value() && ran.error().code == Errc::unsupported) GTEST_SKIP() << "skipped: built without memcached";
  ASSERT_TRUE(ran.has_value()) << ran.error().ToString();
  std::multiset<std::string> subjects;
  std::set<std::uint64_t> bytes;
  for (const auto& result : results.all()) {
    subjects.insert(result.subject);
    if (result.subject == "memcached") bytes.insert(result.disk_bytes);
    EXPECT_EQ(result.wrong + result.missing, 0u) << result.workload << ", " << result.subject;
    EXPECT_GT(result.items, 0u);
  }
  EXPECT_EQ(subjects, (std::multiset<std::string>{"flux", "flux", "memcached", "memcached", "memcached", "memcached",
                                                  "memcached", "memcached"}));
  ASSERT_FALSE(bytes.empty());
  EXPECT_GT(*bytes.begin(), 200u * 200);
  EXPECT_LT(*bytes.rbegin(), *bytes.begin() * 3 / 2) << "what else is on the server does not count";
}

TEST_F(WorkloadsTest, GrowthMeasuresTimeAndMemory) {
  WorkloadConfig config;
  config.seconds = 0.05;
  config.batch = 32;
  config.repetitions = 1;
  const auto point = MeasureGrowth("lmdb", 200, config, directory_.path());
  ASSERT_TRUE(point.has_value()) << point.error().ToString();
  EXPECT_EQ(point->store, "lmdb");
  EXPECT_EQ(point->images, 200u);
  for (const auto& figure : {point->read, point->scan, point->schedule, point->start}) {
    EXPECT_GT(figure.ns, 0);
    EXPECT_GE(figure.spread, 0);
  }
  EXPECT_GE(point->schedule.memory_bytes, 200 * 16);
  EXPECT_GT(point->disk_bytes, 200);
  const auto json = nlohmann::json::parse(JsonOf(std::vector<GrowthPoint>{*point}));
  for (const char* member : {"read_ns", "read_spread", "read_memory_bytes", "scan_ns", "schedule_bytes", "start_ns"}) {
    EXPECT_TRUE(json[0].contains(member)) << member;
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

// The last two: they start threads in this process, after which none is forked.
TEST_F(WorkloadsTest, AnAnswerThatIsNotWhatWasWrittenIsCounted) {
  const auto store = OpenMemoryStore({}).value();
  const auto images = ImageSet::OfficialLike(Subject::kAtOnce, 1);
  ASSERT_TRUE(FillStore(*store, images, 100).has_value());
  auto record = images.RecordOf(3);
  record.info.labels["maintainer"] = "somebody else";
  WriteBatch batch;
  batch.Put(KeyOf(record), BuildImageRecord(record).value());
  batch.Remove(KeyOf(images.RecordOf(4)));
  ASSERT_TRUE(store->Write(batch, {}).has_value());
  const auto config = Configs({"read-uniform"}).front();
  const OpenSubject open = [&] { return std::make_unique<LarderSubject>(*store, images); };
  const auto reads = RunReads(config, images, open);
  ASSERT_TRUE(reads.has_value());
  EXPECT_GT(reads->wrong, 0u);
  EXPECT_GT(reads->missing, 0u);
  const auto scans = RunScans(config, images, open);
  ASSERT_TRUE(scans.has_value());
  EXPECT_GT(scans->wrong, 0u);
  EXPECT_GT(scans->missing, 0u);
}

TEST_F(WorkloadsTest, AScanIsRightOnlyWhereWhatWasTimedIsWhatIsChecked) {
  const auto store = OpenMemoryStore({}).value();
  const auto images = ImageSet::OfficialLike(50, 1);
  ASSERT_TRUE(FillStore(*store, images, 100).has_value());
  const auto range = images.ImagesOf(0);
  LarderSubject subject(*store, images);
  EXPECT_EQ(subject.ReadRepository(0), range.end - range.begin);
  EXPECT_EQ(subject.CheckRepository(0), range.end - range.begin);
  const auto next = images.RecordOf(range.begin, 1);
  WriteBatch batch;
  batch.Put(KeyOf(next), BuildImageRecord(next).value());
  ASSERT_TRUE(store->Write(batch, {}).has_value());
  EXPECT_EQ(subject.CheckRepository(0), 0u) << "each is as it was written, but they are not what was timed";
  EXPECT_EQ(subject.ReadRepository(0), range.end - range.begin);
  EXPECT_EQ(subject.CheckRepository(0), range.end - range.begin);
}

}  // namespace
}  // namespace larder::bench
