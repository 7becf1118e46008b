// dump, inspect, stats, due, explain and get on a store made of the project's own samples: texts and JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "golden.h"
#include "image_json.h"
#include "larder/cache.h"
#include "sample_store.h"
#include "terminal.h"

namespace larder::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHost = kSampleHost;

class LookCommands : public ::testing::Test {
 protected:
  // One store for all that only read: it takes long to make.
  static void SetUpTestSuite() {
    shared_ = std::make_unique<Terminal>();
    Fill(*shared_);
  }
  static void TearDownTestSuite() { shared_.reset(); }
  static void Fill(Terminal& terminal) {
    terminal.now = kSampleNow;
    auto filled = FillWithSamples(terminal.url());
    ASSERT_TRUE(filled.has_value()) << filled.error().ToString();
  }
  std::vector<nlohmann::json> Lines(std::vector<std::string> arguments) {
    std::istringstream out(larder_(std::move(arguments)).out);
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(out, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
  std::uint64_t CountOfKind(const std::string& kind) {
    return Lines({"dump", "--format", "ndjson", "--kind", kind}).size();
  }

  static std::unique_ptr<Terminal> shared_;
  Terminal& larder_ = *shared_;
};
std::unique_ptr<Terminal> LookCommands::shared_;

TEST_F(LookCommands, TheirTextsAreAsKept) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"dump_some.txt", {"dump", "--include", "*/demo/broken", "--include", kHost + "/demo/windows"}},
      {"dump_hosts.txt", {"dump", "--kind", "host", "--kind", "repository"}},
      {"inspect_image.txt", {"inspect", kHost + "/demo/web:latest"}},
      {"inspect_excluded.txt", {"inspect", kHost + "/demo/windows:latest", "--raw"}},
      {"inspect_repository.txt", {"inspect", kHost + "/demo/web"}},
      {"inspect_host.txt", {"inspect", "--kind", "host", kHost}},
      {"stats.txt", {"stats", "--limit", "3"}},
      {"due.txt", {"due", "--within", "2h", "--limit", "12"}},
      {"explain_image.txt", {"explain", kHost + "/demo/web:latest"}},
      {"explain_failing.txt", {"explain", kHost + "/demo/broken:config-missing"}},
      {"explain_excluded.txt", {"explain", kHost + "/demo/charts:0.1.0"}},
      {"explain_unknown.txt", {"explain", "quay.io/some/thing"}},
      {"tags.txt", {"tags", kHost + "/demo/labels", "--sort", "name"}},
      {"list.txt", {"list"}}};
  for (const auto& [name, arguments] : cases) ExpectGolden(name, larder_(arguments).out);
}

TEST_F(LookCommands, TheirJsonIsAsKept) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"dump_broken.ndjson", {"dump", "--include", kHost + "/demo/broken", "--format", "ndjson"}},
      {"inspect_image.json", {"inspect", kHost + "/demo/web:latest", "--json", "--raw"}},
      {"stats.json", {"stats", "--limit", "2", "--json"}},
      {"due.json", {"due", "--within", "10m", "--json"}},
      {"explain_failing.json", {"explain", kHost + "/demo/broken:config-missing", "--json"}},
      {"get.json", {"get", kHost + "/demo/web:latest", "--json"}},
      {"list.json", {"list", "--json"}}};
  for (const auto& [name, arguments] : cases) ExpectGolden(name, larder_(arguments).out);
}

TEST_F(LookCommands, DumpShowsEveryRecordOnceInEachFormat) {
  auto store = OpenStore(larder_.url(), {.read_only = true, .log = {}}).value();
  const std::uint64_t records = store->Stats().value().records;
  store.reset();
  const auto lines = Lines({"dump", "--format", "ndjson"});
  EXPECT_EQ(lines.size(), records);
  const auto array = nlohmann::json::parse(larder_({"dump", "--json"}).out);
  EXPECT_EQ(array, nlohmann::json(lines));
  EXPECT_EQ(larder_({"dump", "--format", "json"}).out, larder_({"dump", "--json"}).out);
  const std::string table = larder_({"dump"}).out;
  EXPECT_EQ(static_cast<std::uint64_t>(std::count(table.begin(), table.end(), '\n')), records + 1);
  EXPECT_EQ(CountOfKind("image") + CountOfKind("repository") + CountOfKind("tags") + CountOfKind("manifest") +
                CountOfKind("host") + CountOfKind("lease"),
            records);
}

TEST_F(LookCommands, AnImageInJsonIsFluxesEntryWithMoreMembers) {
  auto store = OpenStore(larder_.url(), {.read_only = true, .log = {}}).value();
  Cache cache(*store);
  std::size_t compared = 0;
  for (const auto& line : Lines({"dump", "--format", "ndjson", "--kind", "image"})) {
    const auto ref = ImageRef::Parse(line["ID"].get<std::string>()).value();
    const auto entry = cache.Entry(ref, kSampleNow).value().ToEntry();
    const bool is_image = line["Status"] == "image" || line["Status"] == "excluded";
    if (!is_image) continue;
    const auto flux = nlohmann::json::parse(ToJson(entry));
    for (const auto& [name, value] : flux.items()) EXPECT_EQ(line[name], value) << ref.ToString();
    EXPECT_EQ(line["Kind"], "image");
    EXPECT_TRUE(line.contains("NextCheck") && line.contains("Expiry") && line.contains("Bytes"));
    ++compared;
  }
  EXPECT_GT(compared, 50U);
}

TEST_F(LookCommands, DumpCanBeNarrowedByNameAndKind) {
  for (const auto& line : Lines({"dump", "--format", "ndjson", "--include", kHost + "/demo/w*"})) {
    const std::string of = line.contains("ID") ? line["ID"] : line["Name"];
    EXPECT_THAT(of, ::testing::StartsWith(kHost + "/demo/w"));
  }
  EXPECT_EQ(larder_({"dump", "--include", "nobody/*", "--format", "ndjson"}).out, "");
  EXPECT_EQ(larder_({"dump", "--include", "nobody/*", "--json"}).out, "[]\n");
  EXPECT_EQ(larder_({"dump", "--kind", "nothing"}).exit, Exit::usage);
  EXPECT_EQ(larder_({"dump", "--format", "yaml"}).exit, Exit::usage);
}

TEST_F(LookCommands, LabelTimesAreUsedWhereTheNameMatches) {
  const std::string ref = kHost + "/demo/labels:rfc3339";
  const auto created = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"get", ref, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return nlohmann::json::parse(larder_(arguments).out)["CreatedAt"].get<std::string>();
  };
  EXPECT_EQ(created({"--use-labels", kHost + "/demo/*"}), "2024-05-06T07:08:09Z");
  EXPECT_NE(created({"--use-labels", "other/*"}), "2024-05-06T07:08:09Z");
  EXPECT_NE(created({}), "2024-05-06T07:08:09Z");
  const auto dumped = [&](const std::string& glob) {
    return larder_(
               {"dump", "--kind", "image", "--format", "ndjson", "--include", "*/demo/labels", "--use-labels", glob})
        .out;
  };
  EXPECT_THAT(dumped("*"), HasSubstr("\"CreatedAt\":\"2024-05-06T07:08:09Z\""));
  EXPECT_THAT(dumped("other"), Not(HasSubstr("\"CreatedAt\":\"2024-05-06T07:08:09Z\"")));
}

TEST_F(LookCommands, InspectFindsARecordByWhateverNamesIt) {
  const auto line = Lines({"dump", "--format", "ndjson", "--kind", "manifest"}).front();
  const std::string digest = line["Digest"];
  const auto by_digest = nlohmann::json::parse(larder_({"inspect", digest, "--json"}).out);
  EXPECT_EQ(by_digest["Record"]["Digest"], digest);
  EXPECT_EQ(nlohmann::json::parse(larder_({"inspect", "any/name@" + digest, "--json"}).out), by_digest);
  const std::string key = by_digest["Key"];
  EXPECT_EQ(nlohmann::json::parse(larder_({"inspect", key, "--json"}).out), by_digest);
  EXPECT_EQ(larder_({"inspect", "--kind", "marker", "-"}).exit, Exit::yes);
  EXPECT_EQ(larder_({"inspect", "--kind", "manifest", "alpine:3"}).exit, Exit::usage);
  const auto missing = larder_({"inspect", "alpine:3"});
  EXPECT_EQ(missing.exit, Exit::no);
  EXPECT_THAT(missing.err, HasSubstr("alpine:3: there is no image record of it"));
}

TEST_F(LookCommands, ADamagedRecordIsShownAsSuchByEveryCommand) {
  Terminal own;
  Fill(own);
  const auto key = Key::Image(kHost + "/demo/web", "latest");
  {
    auto store = OpenStore(own.url()).value();
    RecordBuf buffer;
    ASSERT_TRUE(store->Get(key, buffer).has_value());
    std::vector<std::byte> bytes(buffer.bytes().begin(), buffer.bytes().end());
    bytes[bytes.size() / 2] ^= std::byte{1};
    WriteBatch batch;
    batch.Put(key, bytes);
    ASSERT_TRUE(store->Write(batch, {.now = kSampleNow}).has_value());
  }
  const auto inspected = own({"inspect", kHost + "/demo/web:latest"});
  EXPECT_EQ(inspected.exit, Exit::no);
  EXPECT_THAT(inspected.out, HasSubstr("WRONG"));
  EXPECT_THAT(inspected.err, HasSubstr("damaged"));
  const auto dumped = own({"dump", "--format", "ndjson", "--kind", "image"});
  EXPECT_EQ(dumped.exit, Exit::no);
  EXPECT_THAT(dumped.out, HasSubstr("\"Broken\":\"corruption"));
  EXPECT_THAT(dumped.out, HasSubstr(key.ToHex()));
  EXPECT_THAT(dumped.err, HasSubstr("1 record is damaged"));
  const auto counted = own({"stats", "--json"});
  EXPECT_EQ(counted.exit, Exit::no);
  EXPECT_EQ(nlohmann::json::parse(counted.out)["Broken"], 1);
  EXPECT_THAT(own({"explain", kHost + "/demo/web:latest"}).err, HasSubstr("damaged"));
}

TEST_F(LookCommands, StatsCountsWhatDumpShows) {
  const auto stats = nlohmann::json::parse(larder_({"stats", "--json", "--limit", "0"}).out);
  std::uint64_t bytes = 0, records = 0;
  for (const auto& line : Lines({"dump", "--format", "ndjson"})) {
    bytes += line["Bytes"].get<std::uint64_t>();
    ++records;
  }
  EXPECT_EQ(stats["Records"], records);
  EXPECT_EQ(stats["Bytes"], bytes);
  EXPECT_EQ(stats["Kinds"]["image"]["Records"], CountOfKind("image"));
  EXPECT_EQ(stats["RepositoryCount"], CountOfKind("repository"));
  std::uint64_t drawn = 0;
  for (const auto& bucket : stats["NextChecks"]) drawn += bucket["Count"].get<std::uint64_t>();
  EXPECT_EQ(drawn, CountOfKind("image") + CountOfKind("repository"));
}

TEST_F(LookCommands, DueShowsTheSoonestFirstAndNothingBeyondTheHorizon) {
  const auto due = nlohmann::json::parse(larder_({"due", "--within", "6h", "--limit", "0", "--json"}).out);
  std::string last;
  for (const auto& task : due["Tasks"]) {
    EXPECT_LE(last, task["When"].get<std::string>());
    last = task["When"];
    EXPECT_LE(last, FormatTime(kSampleNow + std::chrono::hours(6)));
    EXPECT_NE(task["Why"], "");
  }
  EXPECT_EQ(due["Due"], due["Tasks"].size());
  EXPECT_EQ(larder_({"due", "--within", "soon"}).exit, Exit::usage);
  const auto one = larder_({"due", "--include", kHost + "/demo/web", "--within", "7d", "--limit", "1"});
  EXPECT_THAT(one.out, HasSubstr("more within 7 d"));
  const auto none = larder_({"due", "--include", "nobody/*"});
  EXPECT_EQ(none.exit, Exit::no);
  EXPECT_EQ(none.out, "");
}

}  // namespace
}  // namespace larder::tool
