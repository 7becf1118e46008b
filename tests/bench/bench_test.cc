// What the benchmarks count with: if this is wrong, so are their figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "images/image_set.h"
#include "images/made_image.h"
#include "larder/image_view.h"
#include "report/bars.h"
#include "report/chart.h"
#include "report/tables.h"
#include "workloads/config.h"
#include "workloads/histogram.h"
#include "workloads/pick.h"

namespace larder::bench {
namespace {

using std::chrono::nanoseconds;
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

TEST(ImageSetTest, HasTheShapeOfOfficialImagesAndAsManyImagesAsWanted) {
  const auto one = ImageSet::OfficialLike(9849, 1);
  EXPECT_EQ(one.repositories(), 137u);
  std::uint64_t largest = 0;
  for (std::uint64_t i = 0; i < one.repositories(); ++i) {
    const auto range = one.ImagesOf(i);
    largest = std::max(largest, range.end - range.begin);
  }
  EXPECT_EQ(largest, 1120u);
  std::set<std::string> digests;
  for (std::uint64_t i = 0; i < one.size(); ++i) digests.insert(one.RecordOf(i).info.digest.ToString());
  EXPECT_EQ(digests.size(), 2220u);

  const auto more = ImageSet::OfficialLike(25'000, 1);
  EXPECT_EQ(more.ImagesOf(more.repositories() - 1).end, 25'000u);
  std::set<std::string> refs;
  std::uint64_t in_order = 0;
  for (std::uint64_t repository = 0; repository < more.repositories(); ++repository) {
    const auto range = more.ImagesOf(repository);
    const auto tags = more.TagsOf(repository);
    ASSERT_EQ(tags.size(), range.end - range.begin);
    ASSERT_TRUE(std::ranges::is_sorted(tags));
    for (std::uint64_t i = range.begin; i < range.end; ++i) {
      ASSERT_EQ(i, in_order++);
      const ImageRef ref = more.RefOf(i);
      ASSERT_EQ(ref.name(), more.NameOf(repository));
      ASSERT_EQ(ref.tag(), tags[i - range.begin]);
      refs.insert(ref.ToString());
    }
  }
  EXPECT_EQ(refs.size(), 25'000u);
}

TEST(ImageSetTest, TellsWhatWasWrittenFromWhatWasNot) {
  const auto set = ImageSet::OfficialLike(20'000, 1);
  for (const std::uint64_t image : {0u, 9'848u, 9'849u, 19'999u}) {
    auto record = set.RecordOf(image);
    for (int moves = 0; moves < 3; ++moves) {
      const auto bytes = BuildImageRecord(record);
      ASSERT_TRUE(bytes.has_value());
      RecordBuf buffer;
      buffer.Assign(*bytes);
      const auto view = ImageView::Make(KeyOf(record), std::move(buffer));
      ASSERT_TRUE(view.has_value());
      EXPECT_TRUE(set.Matches(image, view->digest(), view->created()));
      EXPECT_FALSE(set.Matches((image + 5000) % set.size(), view->digest(), view->created()));
      const auto before = record.info.digest;
      record = set.NextOf(image, view->created());
      EXPECT_NE(record.info.digest, before);
    }
  }
}

TEST(ImageSetTest, ReadsAListOfRefs) {
  const auto set = ImageSet::FromText("# mine\nghcr.io/a/b:v2\n\nghcr.io/a/b:v1  # again\nalpine\nghcr.io/a/b:v1\n");
  ASSERT_TRUE(set.has_value()) << set.error().ToString();
  EXPECT_EQ(set->size(), 3u);
  EXPECT_EQ(set->repositories(), 2u);
  EXPECT_EQ(set->RefOf(0).Canonical(), "ghcr.io/a/b:v1");
  EXPECT_EQ(set->RefOf(2).Canonical(), "index.docker.io/library/alpine:latest");
  EXPECT_THAT(ImageSet::FromText("a:b\nUP/case:x").error().message, HasSubstr("line 2"));
  EXPECT_THAT(ImageSet::FromText("# nothing\n").error().message, HasSubstr("no refs"));
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
  EXPECT_THAT(ToMarkdown(TablesOf(run(500, 500)).front()), HasSubstr("500 ns / 400 ns = 1.25"));
}

TEST(BarsTest, JudgeWhatTheRunHasFiguresFor) {
  const auto run = nlohmann::json::parse(R"({
    "micro": [{"images": 10000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 520, "raw_cpu_ns": 400}]},
              {"images": 1000000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 1100, "raw_cpu_ns": 1000}],
               "sizes": [{"engine": "lmdb", "when": "fresh", "used": 690.4}]}],
    "workloads": [{"call": "start", "subject": "rocksdb", "images": 1000000, "p50_ns": 151000000}]})");
  const Table bars = BarsOf(run);
  ASSERT_EQ(bars.rows.size(), 5u);
  EXPECT_THAT(bars.rows[0], ElementsAre(HasSubstr("1,000,000"), "1.15", "1.10", "met", "larder_micro"));
  EXPECT_THAT(bars.rows[1], ElementsAre(HasSubstr("10,000"), "1.25", "1.30", "not met", "larder_micro"));
  EXPECT_THAT(bars.rows[3], ElementsAre(HasSubstr("fresh"), "700", "690", "met", "larder_micro"));
  EXPECT_THAT(bars.rows[4], ElementsAre(HasSubstr("RocksDB"), "150 ms", "151 ms", "not met", HasSubstr("restart")));
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
