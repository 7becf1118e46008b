// What the benchmarks count with: if this is wrong, so are their figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "report/bars.h"
#include "report/chart.h"
#include "report/charts.h"
#include "report/obstacles.h"
#include "report/tables.h"
#include "spread.h"
#include "workloads/config.h"
#include "workloads/histogram.h"
#include "workloads/measured.h"
#include "workloads/pick.h"

namespace larder::bench {
namespace {

using std::chrono::nanoseconds;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(PickTest, UniformPicksTakeEveryNumberBeforeAnyComesAgain) {
  constexpr std::uint64_t kN = 300'000;  // more than any list of picks would hold
  std::set<std::uint64_t> first;
  for (unsigned thread = 0; thread < 2; ++thread) {
    Picker picker(kN, 0, 1, thread, 2);
    std::vector<bool> seen(kN);
    std::uint64_t different = 0;
    for (std::uint64_t i = 0; i < kN; ++i) {
      const std::uint64_t number = picker.Next();
      ASSERT_LT(number, kN);
      if (i == 0) first.insert(number);
      different += seen[number] ? 0 : 1;
      seen[number] = true;
    }
    EXPECT_EQ(different, kN);
  }
  EXPECT_EQ(first.size(), 2u) << "threads begin apart";
  EXPECT_EQ(Picker(1, 0, 1, 0, 1).Next(), 0u);
  EXPECT_LT(Picker(3, 0.99, 1, 0, 1).Next(), 3u);
}

TEST(PickTest, ZipfPicksByRank) {
  constexpr std::uint64_t kN = 1000;
  const Zipf zipf(kN, 0.99);
  Random random(301);
  std::vector<int> counts(kN);
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) ++counts.at(zipf.Next(random));
  double zeta = 0;
  for (std::uint64_t i = 1; i <= kN; ++i) zeta += std::pow(static_cast<double>(i), -0.99);
  EXPECT_NEAR(counts[0], kDraws / zeta, kDraws / zeta / 20);
  EXPECT_NEAR(counts[1], kDraws / zeta / std::pow(2, 0.99), kDraws / zeta / 20);
  EXPECT_GT(counts[9], counts[99]);
  for (const std::uint64_t n : {1u, 2u, 3u}) EXPECT_LT(Zipf(n, 0.5).Next(random), n);
}

TEST(PickTest, ScatterLosesNone) {
  for (const std::uint64_t n : {1u, 2u, 97u, 9849u}) {
    const Scatter scatter(n);
    std::set<std::uint64_t> all;
    for (std::uint64_t rank = 0; rank < n; ++rank) all.insert(scatter.Of(rank));
    EXPECT_EQ(all.size(), n);
    EXPECT_LT(*all.rbegin(), n);
  }
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

TEST(TableTest, WritesFiguresForPeople) {
  EXPECT_EQ(FormatNs(7.251), "7.25 ns");
  EXPECT_EQ(FormatNs(812.4), "812 ns");
  EXPECT_EQ(FormatNs(1'240), "1.24 us");
  EXPECT_EQ(FormatNs(15'300'000), "15.3 ms");
  EXPECT_EQ(FormatNs(2.1e9), "2.10 s");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1'234'567), "1,234,567");
  const Table table{"T", "n", {"a", "b"}, {{"x<y", "1"}}};
  EXPECT_EQ(ToMarkdown(table), "## T\n\nn\n\n| a | b |\n|---|---:|\n| x<y | 1 |\n");
  EXPECT_THAT(ToHtml(table), HasSubstr("<td>x&lt;y</td>"));
}

TEST(CompareTest, SaysFasterOnlyBeyondTheNoise) {
  const auto run = [](double fast, double same) {
    const nlohmann::json lines = {{{"name", "lmdb/get/cache"}, {"ns", fast}, {"raw_ns", 400}, {"spread", 0.05}},
                                  {{"name", "lmdb/get/store"}, {"ns", same}, {"spread", 0.10}}};
    nlohmann::json document;
    document["micro"] = nlohmann::json::array();
    document["micro"].push_back({{"images", 1000}, {"lines", lines}});
    return document;
  };
  const Table table = Compare(run(400, 480), run(500, 500));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0], ElementsAre("micro lmdb/get/cache (1,000)", "500 ns", "400 ns", "0.80", "5 %", "faster"));
  EXPECT_THAT(table.rows[1], ElementsAre("micro lmdb/get/store (1,000)", "500 ns", "480 ns", "0.96", "10 %", ""));
  EXPECT_THAT(ToMarkdown(TablesOf(run(500, 500)).at(1)), HasSubstr("500 ns / 400 ns = 1.25"));
}

TEST(CompareTest, KnowsTheNoiseOfWorkloadsAndOfGrowth) {
  const auto run = [](double read, double start) {
    nlohmann::json document;
    document["workloads"].push_back({{"workload", "read-zipf"},
                                     {"subject", "lmdb"},
                                     {"images", 10'000},
                                     {"threads", 2},
                                     {"p50_ns", read},
                                     {"spread", 0.2}});
    document["growth"].push_back(
        {{"store", "rocksdb"}, {"images", 10'000}, {"start_ns", start}, {"start_spread", 0.02}, {"read_ns", 0}});
    return document;
  };
  const Table table = Compare(run(900, 2'000'000), run(1000, 1'000'000));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0],
              ElementsAre("growth start rocksdb (10,000)", "1.00 ms", "2.00 ms", "2.00", "2 %", "slower"));
  EXPECT_THAT(table.rows[1],
              ElementsAre("workload read-zipf lmdb (10,000, 2 threads)", "1.00 us", "900 ns", "0.90", "20 %", ""));
}

// The row whose first cell has this text.
std::vector<std::string> RowWith(const Table& table, const std::string& text) {
  for (const auto& row : table.rows) {
    if (row.front().find(text) != std::string::npos) return row;
  }
  ADD_FAILURE() << "no row with " << text;
  return std::vector<std::string>(table.columns.size());
}

TEST(BarsTest, JudgeWhatTheRunHasFiguresFor) {
  const auto run = nlohmann::json::parse(R"({
    "micro": [{"images": 10000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 520, "raw_cpu_ns": 400}]},
              {"images": 1000000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 1100, "raw_cpu_ns": 1000},
                                            {"name": "lmdb/write_512/store", "ns": 6420000}],
               "sizes": [{"engine": "rocksdb", "when": "fresh", "used": 1, "file": 2},
                         {"engine": "lmdb", "when": "fresh", "used": 690.4, "file": 759.6}],
               "notes": [{"what": "lmdb: growth on disk under a held Reader", "value": "4.17 MB a batch of 512"}]}],
    "figures": [{"what": "GETs of an unchanged repository", "value": 0, "unit": "", "bar": 0},
                {"what": "wall time", "value": 6.7, "unit": "s"},
                {"what": "memcached recovery", "value": 12.5, "unit": "ms", "stated": true}],
    "growth": [{"images": 1000000, "schedule_bytes": 20.1}],
    "workloads": [{"call": "start", "subject": "rocksdb", "images": 1000000, "p50_ns": 151000000}]})");
  const Table bars = BarsOf(run);
  EXPECT_THAT(RowWith(bars, "LMDB / a touched get"),
              ElementsAre(HasSubstr("1,000,000"), "1.15", "1.10", "met", HasSubstr("larder_micro")));
  EXPECT_THAT(RowWith(bars, "the same, 10,000"), ElementsAre(_, "1.25", "1.30", "not met", HasSubstr("=10000 larder")));
  EXPECT_THAT(RowWith(bars, "LMDB: fresh"), ElementsAre(HasSubstr("on disk"), "700", "760", "not met", _))
      << "the file counts, not what is used of it";
  EXPECT_THAT(RowWith(bars, "batch of 512 writes: lmdb"), ElementsAre(_, "stated", "6.42 ms", "", _));
  EXPECT_THAT(RowWith(bars, "held Reader"), ElementsAre(_, "stated", "4.17 MB a batch of 512", "", _));
  EXPECT_THAT(RowWith(bars, "GETs of an unchanged"), ElementsAre(_, "0.00", "0.00", "met", "larder-bench-refreshing"));
  EXPECT_THAT(RowWith(bars, "memcached recovery"), ElementsAre(_, "stated", "12.50 ms", "", _));
  EXPECT_THAT(RowWith(bars, "schedule of"), ElementsAre(_, "24", "20", "met", HasSubstr("--growth")));
  EXPECT_THAT(bars.rows.back(), ElementsAre(HasSubstr("RocksDB"), "150 ms", "151 ms", "not met", HasSubstr("restart")));
}

TEST(BarsTest, SayWhichHaveNoFigure) {
  const Table bars = BarsOf(nlohmann::json::object());
  EXPECT_GT(bars.rows.size(), 20u);
  for (const auto& row : bars.rows) {
    ASSERT_EQ(row.size(), bars.columns.size());
    EXPECT_NE(row.back(), "") << row.front() << ": no command";
    EXPECT_EQ(row[3], row[2] == "by a test" ? "" : "not measured") << row.front();
  }
  for (const char* what : {"GetMany(100)", "Repository() of 10,000", "after churn", "in the order of keys", "Collect",
                           "recovery", "connections", "requests", "bytes a tag", "SIGKILL"}) {
    RowWith(bars, what);
  }
}

TEST(ObstaclesTest, AreToldOfBarsThatAreNotMet) {
  const auto run = nlohmann::json::parse(R"({
    "micro": [{"images": 1000000, "sizes": [{"engine": "lmdb", "when": "fresh", "file": 760},
                                            {"engine": "lmdb", "when": "after a copy", "file": 440}]}],
    "figures": [{"what": "1,000 GETs: ours / a bare curl loop's", "value": 1.8, "bar": 1.5}]})");
  Table bars = BarsOf(run);
  auto obstacles = ObstaclesOf(bars);
  ASSERT_EQ(obstacles.size(), 2u);
  EXPECT_THAT(obstacles[0].bars, ElementsAre("bytes on disk an image, LMDB: fresh")) << "the copy is small enough";
  EXPECT_THAT(obstacles[0].text, HasSubstr("Arithmetic"));
  EXPECT_THAT(obstacles[1].bars, ElementsAre("1,000 GETs: ours / a bare curl loop's"));
  for (auto& row : bars.rows) row[3] = "not met";
  std::vector<std::string> named;
  for (const auto& each : ObstaclesOf(bars)) named.insert(named.end(), each.bars.begin(), each.bars.end());
  EXPECT_THAT(named, ElementsAre("Image() on LMDB / a touched get, 1,000,000 images", "the same, 10,000 images",
                                 "bytes on disk an image, LMDB: fresh", "the same: after a copy in the order of keys",
                                 "1,000 GETs: ours / a bare curl loop's"));
}

TEST(ChartTest, GrowthIsOneChartOfTimeAndMemory) {
  nlohmann::json run;
  for (const double images : {1e4, 1e5}) {
    for (const char* store : {"lmdb", "rocksdb"}) {
      run["growth"].push_back({{"store", store},
                               {"images", images},
                               {"read_ns", 900},
                               {"scan_ns", 300},
                               {"schedule_ns", 20},
                               {"start_ns", 800'000},
                               {"read_memory_bytes", 1'000'000}});
    }
  }
  const auto charts = ChartsOf(run);
  ASSERT_EQ(charts.size(), 1u);
  for (const char* line : {"read, p50: LMDB", "read, p50: RocksDB", "visit of a repository", "schedule, nothing due",
                           "start to first read: LMDB", "start to first read: RocksDB", "memory of reading"}) {
    EXPECT_THAT(charts[0], HasSubstr(line));
  }
  EXPECT_THAT(charts[0], HasSubstr("stroke-dasharray"));
}

TEST(ChartTest, DrawsLevelLinesLevel) {
  const LineChart chart{"T", "images", "ns", {{"flat & level", {{1e4, 500}, {1e5, 500}, {1e6, 500}}}, {"none", {}}}};
  const std::string svg = ToSvg(chart);
  EXPECT_THAT(svg, HasSubstr("flat &amp; level"));
  EXPECT_THAT(svg, HasSubstr(">1M</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  const auto first = svg.find("cy=\"");
  EXPECT_EQ(svg.substr(first, 10), svg.substr(svg.rfind("cy=\""), 10));
  EXPECT_EQ(ToSvg(LineChart{}), "");
  EXPECT_THAT(ToSvg(BarChart{"B", {{"a", 2, "2.00"}, {"b", 1, "1.00"}}, 1}), HasSubstr("width=\"330.0\""));
}

}  // namespace
}  // namespace larder::bench
