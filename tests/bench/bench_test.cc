// What reports make of figures: if this is wrong, so are the pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "report/bars.h"
#include "report/chart.h"
#include "report/charts.h"
#include "report/obstacles.h"
#include "report/report.h"
#include "report/tables.h"
#include "support/corpus.h"
#include "support/temp_dir.h"

namespace larder::bench {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

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
              {"images": 100000, "lines": [{"name": "memcached/get/cache", "cpu_ns": 60000, "allocations": 0.25},
                                           {"name": "memcached/get/outside", "cpu_ns": 640},
                                           {"name": "memcached/get_many_100/outside", "cpu_ns": 301}]},
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
  EXPECT_THAT(RowWith(bars, "outside of libmemcached: a get"),
              ElementsAre(_, "1.00 us", "640 ns", "met", HasSubstr("outside")));
  EXPECT_THAT(RowWith(bars, "GetMany(100)"), ElementsAre(_, "300 ns", "301 ns", "not met", HasSubstr("outside")));
  EXPECT_THAT(RowWith(bars, "the same: memcached"), ElementsAre(_, "1.00", "0.25", "met", _));
  EXPECT_THAT(bars.note, HasSubstr("memcached holds 100,000 images"));
  EXPECT_THAT(RowWith(bars, "LMDB: fresh"), ElementsAre(HasSubstr("on disk"), "700", "760", "not met", _))
      << "the file counts, not what is used of it";
  EXPECT_THAT(RowWith(bars, "batch of 512 writes: lmdb"), ElementsAre(_, "stated", "6.42 ms", "", _));
  EXPECT_THAT(RowWith(bars, "held Reader"), ElementsAre(_, "stated", "4.17 MB a batch of 512", "", _));
  EXPECT_THAT(RowWith(bars, "GETs of an unchanged"), ElementsAre(_, "0.00", "0.00", "met", "larder-bench-refreshing"));
  EXPECT_THAT(RowWith(bars, "memcached recovery"), ElementsAre(_, "stated", "12.50 ms", "", _));
  EXPECT_THAT(RowWith(bars, "memory of refreshing"), ElementsAre(_, "stated", "", "not measured", HasSubstr("memory")))
      << "a part that failed leaves no gap";
  EXPECT_THAT(RowWith(bars, "schedule of"), ElementsAre(_, "24", "20", "met", HasSubstr("--growth")));
  EXPECT_THAT(bars.rows.back(), ElementsAre(HasSubstr("RocksDB"), "150 ms", "151 ms", "not met", HasSubstr("restart")));
}

TEST(BarsTest, JudgeHowReadsAndStartsGrow) {
  const auto run = nlohmann::json::parse(R"({
    "micro": [{"images": 10000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 500, "raw_cpu_ns": 400},
                                          {"name": "rocksdb/get/cache", "cpu_ns": 2500, "raw_cpu_ns": 2500}]},
              {"images": 100000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 9000, "raw_cpu_ns": 1}]},
              {"images": 1000000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 1500, "raw_cpu_ns": 1000},
                                            {"name": "rocksdb/get/cache", "cpu_ns": 7500, "raw_cpu_ns": 7500}]}],
    "growth": [{"store": "lmdb", "images": 10000, "start_ns": 700000},
               {"images": 1000000, "start_ns": 770000},
               {"store": "rocksdb", "images": 10000, "start_ns": 10000000},
               {"store": "rocksdb", "images": 100000, "start_ns": 1},
               {"store": "rocksdb", "images": 1000000, "start_ns": 30000000}]})");
  const Table bars = BarsOf(run);
  EXPECT_THAT(RowWith(bars, "over that of a touched get, LMDB"),
              ElementsAre(_, "1.15", "1.20", "not met", HasSubstr("lmdb/get/")))
      << "it is 3 times as slow, the engine's own get 2.5 times";
  EXPECT_THAT(RowWith(bars, "over that of a touched get, RocksDB"), ElementsAre(_, "1.15", "1.00", "met", _))
      << "as much slower as the engine's tree";
  EXPECT_THAT(RowWith(bars, "growth of a start, LMDB"), ElementsAre(_, "1.50", "1.10", "met", HasSubstr("--growth")));
  EXPECT_THAT(RowWith(bars, "growth of a start, RocksDB"), ElementsAre(_, "1.50", "3.00", "not met", _));
  auto one_size = run;
  one_size["micro"].erase(2);
  one_size["growth"].erase(1);
  for (const char* what : {"over that of a touched get, LMDB", "growth of a start, LMDB"}) {
    EXPECT_EQ(RowWith(BarsOf(one_size), what)[3], "not measured") << "of one size nothing grows";
  }
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
                           "recovery", "connections", "requests", "bytes a tag", "SIGKILL", "growth of a start"}) {
    RowWith(bars, what);
  }
}

TEST(ObstaclesTest, AreToldOfBarsThatAreNotMet) {
  const auto run = nlohmann::json::parse(R"({
    "micro": [{"images": 1000000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 1300, "raw_cpu_ns": 1000}]},
              {"images": 10000, "lines": [{"name": "lmdb/get/cache", "cpu_ns": 480, "raw_cpu_ns": 400}]}],
    "figures": [{"what": "1,000 GETs: ours / a bare curl loop's", "value": 1.8, "bar": 1.5}]})");
  Table bars = BarsOf(run);
  auto obstacles = ObstaclesOf(bars);
  ASSERT_EQ(obstacles.size(), 2u) << "what is met, or not measured, has none";
  EXPECT_THAT(obstacles[0].bars, ElementsAre("Image() on LMDB / a touched get, 1,000,000 images"))
      << "10,000 images are fast enough";
  EXPECT_THAT(obstacles[0].text, HasSubstr("look-up"));
  EXPECT_THAT(obstacles[1].bars, ElementsAre("1,000 GETs: ours / a bare curl loop's"));
  for (auto& row : bars.rows) row[3] = "not met";
  std::set<std::string> named, missed;
  for (const auto& row : bars.rows) missed.insert(row.front());
  for (const auto& each : ObstaclesOf(bars)) named.insert(each.bars.begin(), each.bars.end());
  EXPECT_EQ(named, missed);
  EXPECT_THAT(ObstaclesOf(bars), Contains(AllOf(Field(&Obstacle::bars, ElementsAre(HasSubstr("bytes a tag"))),
                                                Field(&Obstacle::text, "Not profiled yet."))))
      << "where none is known, the gap is seen";
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
  EXPECT_THAT(charts[0], Not(HasSubstr("bare get")));
  run["micro"].push_back({{"images", 1e4}, {"lines", {{{"name", "lmdb/get/cache"}, {"ns", 900}, {"raw_ns", 800}}}}});
  EXPECT_THAT(ChartsOf(run).at(0), HasSubstr("bare get: LMDB")) << "beside the engine's own tree";
  run["micro"].push_back(nlohmann::json::parse(R"({"images": 100000})"));
  EXPECT_EQ(ChartsOf(run).size(), 3u) << "of an element without lines there is nothing to draw, and nothing to throw";
}

class ReportTest : public ::testing::Test {
 protected:
  // What a benchmark program might have written; its path.
  std::string Put(const std::string& name, const std::string& json) const {
    const std::string path = (directory_ / name).string();
    std::ofstream(path) << json;
    return path;
  }
  // A run in which one thing takes so long, for a comparison.
  std::string Micro(const std::string& name, int ns) const {
    return Put(name, R"({"libraries": ["LMDB 0.9.24"], "micro": [{"images": 1000000, "lines": [
        {"name": "lmdb/get/cache", "ns": )" +
                         std::to_string(ns) + R"(, "raw_ns": 900, "cpu_ns": 1200, "raw_cpu_ns": 1000,
         "spread": 0.05}]}]})");
  }
  std::string Written(const std::string& path) const { return larder::testing::ReadFile(path); }

  larder::testing::TempDir directory_;
};

TEST_F(ReportTest, MakesPagesOfAllResultsTogether) {
  Report report;
  report.results = {Micro("micro.json", 1000), Put("small.json", R"({"libraries": ["LMDB 0.9.24", "RocksDB 7.8.3"],
                        "micro": [{"images": 10000, "lines": [{"name": "lmdb/get/cache", "ns": 500, "raw_ns": 450,
                                   "cpu_ns": 440, "raw_cpu_ns": 400}]}]})"),
                    Put("more.json", R"({"micro": [{"images": 10000, "lines": [{"name": "lmdb/miss/store", "ns": 300,
                        "raw_ns": 310, "cpu_ns": 300, "raw_cpu_ns": 310}]}]})"),
                    Put("growth.json", R"({"growth": [{"store": "lmdb", "images": 1000000, "read_ns": 1900,
                        "start_ns": 700000, "schedule_bytes": 20}]})"),
                    Put("workloads.json", R"({"workloads": [{"workload": "read-zipf", "subject": "flux & co",
                        "images": 10000, "threads": 1, "call": "image", "p50_ns": 5000000, "items_per_second": 200}]})")};
  report.libraries = {"memcached 1.6.18"};
  report.json = (directory_ / "run.json").string();
  report.html = (directory_ / "index.html").string();
  report.markdown = (directory_ / "benchmarks.md").string();
  const auto printed = WriteReport(report);
  ASSERT_TRUE(printed.has_value()) << printed.error().ToString();
  EXPECT_EQ(*printed, "");

  const std::string html = Written(report.html);
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  for (const char* outside : {"<script", "<link", "<img", "src=", "href=", "@import", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(outside))) << "the page is whole without anything else";
  }
  std::size_t charts = 0;
  for (auto at = html.find("<svg "); at != std::string::npos; at = html.find("<svg ", at + 1)) ++charts;
  EXPECT_EQ(charts, 4u) << "growth, both sizes of larder_micro, workloads";
  EXPECT_THAT(html, HasSubstr("flux &amp; co"));
  const std::string markdown = Written(report.markdown);
  for (const std::string& page : {html, markdown}) {
    for (const char* said : {"processors", "GiB of memory", "Linux", "LMDB 0.9.24, RocksDB 7.8.3, FlatBuffers",
                             "memcached 1.6.18", "trust ratios before figures"}) {
      EXPECT_THAT(page, HasSubstr(said));
    }
    EXPECT_THAT(page, Not(HasSubstr("failed")));
    EXPECT_THAT(page, ContainsRegex("20[0-9][0-9]-[01][0-9]-[0-3][0-9]")) << "when";
  }
  EXPECT_THAT(html, HasSubstr("<td>1.15</td><td>1.20</td><td>not met</td>"));
  EXPECT_THAT(html, HasSubstr("<td>1.25</td><td>1.10</td><td>met</td>"));
  EXPECT_THAT(markdown, HasSubstr("| 150 ms |  | not measured |"));
  for (const char* title : {"# Benchmarks\n", "## The bars", "## Engines, 1,000,000 images",
                            "## Engines, 10,000 images", "## Workloads", "## Growth"}) {
    EXPECT_THAT(markdown, HasSubstr(title));
  }
  const auto run = nlohmann::json::parse(Written(report.json));
  ASSERT_EQ(run["micro"].size(), 2u);
  EXPECT_EQ(run["micro"][1]["lines"].size(), 2u) << "two parts of one size";
  EXPECT_EQ(run["growth"].size(), 1u);
}

TEST_F(ReportTest, NamesThePartsThatFailed) {
  Report report;
  report.results = {Micro("micro.json", 1000)};
  report.failures = {"growth, lmdb ended with 3", "refreshing: cpu was stopped after 900 s"};
  report.libraries = {"", "memcached 1.6.18", ""};
  report.html = (directory_ / "index.html").string();
  report.markdown = (directory_ / "benchmarks.md").string();
  ASSERT_TRUE(WriteReport(report).has_value());
  for (const auto& path : {report.html, report.markdown}) {
    EXPECT_THAT(Written(path), HasSubstr("growth, lmdb ended with 3; refreshing: cpu was stopped after 900 s."));
    EXPECT_THAT(Written(path), HasSubstr("what there is of their figures is not to be trusted"));
    EXPECT_THAT(Written(path), HasSubstr("lmdb/get/cache")) << "the others are there";
    EXPECT_THAT(Written(path), HasSubstr(", memcached 1.6.18."))
        << "a server that does not tell its version is left out";
    EXPECT_THAT(Written(path), Not(HasSubstr(", ,")));
    EXPECT_THAT(Written(path), Not(HasSubstr(", .")));
  }
}

TEST_F(ReportTest, ComparesWithAnEarlierRun) {
  Report first;
  first.results = {Micro("earlier.json", 2000)};
  first.json = (directory_ / "run.json").string();
  ASSERT_TRUE(WriteReport(first).has_value());
  Report second;
  second.results = {Micro("now.json", 1000)};
  second.compare = first.json;
  second.html = (directory_ / "index.html").string();
  const auto printed = WriteReport(second);
  ASSERT_TRUE(printed.has_value()) << printed.error().ToString();
  EXPECT_THAT(*printed, HasSubstr("| micro lmdb/get/cache (1,000,000) | 2.00 us | 1.00 us | 0.50 | 5 % | faster |"));
  EXPECT_THAT(Written(second.html), HasSubstr("Compared with the earlier run"));
}

TEST_F(ReportTest, SaysWhichFileItCannotReadOrWrite) {
  Report report;
  report.results = {Put("broken.json", "{\"micro\": [")};
  const auto unread = WriteReport(report);
  ASSERT_FALSE(unread.has_value());
  EXPECT_EQ(unread.error().code, Errc::invalid_argument);
  EXPECT_THAT(unread.error().message, HasSubstr("broken.json holds no results"));
  report.results = {Micro("micro.json", 1000)};
  report.html = (directory_ / "nowhere/index.html").string();
  const auto unwritten = WriteReport(report);
  ASSERT_FALSE(unwritten.has_value());
  EXPECT_EQ(unwritten.error().code, Errc::unavailable);
  EXPECT_THAT(unwritten.error().message, HasSubstr("nowhere/index.html"));
  report.html = Put("index.html", "the old page");
  std::filesystem::create_directory(report.html + ".part");
  EXPECT_FALSE(WriteReport(report).has_value());
  EXPECT_EQ(Written(report.html), "the old page") << "a page is there as a whole, or as it was";
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
