// The commands that look after a store: copy, export, import, verify, collect, forget, diff; and a store that another
// process writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "larder/host_record.h"
#include "support/child.h"
#include "support/corpus.h"
#include "support/memcached_server.h"
#include "support/servers.h"
#include "terminal.h"

namespace larder::tool {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ReadFile;
using ::testing::StartsWith;

void Write(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

ImageRecord Image(const std::string& ref, char digest, Time expiry = kNow + std::chrono::days(30)) {
  ImageRecord image;
  image.status = EntryStatus::image;
  image.info.id = ImageRef::Parse(ref).value();
  image.info.digest = Digest::Parse("sha256:" + std::string(64, digest)).value();
  image.info.platform = Platform::Parse("linux/amd64").value();
  image.expiry = expiry;
  return image;
}

void Put(const std::string& url, const std::vector<ImageRecord>& images) {
  auto store = OpenStore(url).value();
  WriteBatch batch;
  for (const auto& image : images) batch.Put(KeyOf(image), BuildImageRecord(image).value());
  ASSERT_TRUE(store->Write(batch, WriteOptions{kNow}).has_value());
}

// A record that lies under a key and is not what it has to be.
void PutBroken(const std::string& url, const std::string& tag) {
  auto store = OpenStore(url).value();
  WriteBatch batch;
  batch.Put(Key::Image("ghcr.io/fluxcd/flux-cli", tag), std::vector<std::byte>(64, std::byte{7}));
  ASSERT_TRUE(store->Write(batch, WriteOptions{kNow}).has_value());
}

TEST(CareCommands, AnExportComesBackWholeInAnotherStore) {
  Terminal larder;
  larder.Fill();
  const std::string file = larder.path() + "/cache.larder";
  const auto exported = larder({"export", file});
  EXPECT_EQ(exported.exit, Exit::yes) << exported.err;
  EXPECT_THAT(exported.out, AllOf(StartsWith("4 records written, "), HasSubstr("; 0 expired, 0 damaged left out\n")));
  EXPECT_EQ(exported.err, "");
  for (const auto& other : {"lmdb:" + larder.path() + "/other", "rocksdb:" + larder.path() + "/rocks"}) {
    EXPECT_THAT(larder({"--store", other, "import", "--dry-run", file}).out, HasSubstr("4 would be written"));
    const auto imported = larder({"--store", other, "import", file});
    EXPECT_EQ(imported.exit, Exit::yes) << imported.err;
    EXPECT_EQ(imported.out, "4 records, exported now: 4 written, 0 already there, 0 expired, 0 not taken\n");
    EXPECT_THAT(larder({"--store", other, "import", file}).out, HasSubstr("0 written, 4 already there"));
    const auto same = larder({"diff", larder.url(), other});
    EXPECT_EQ(same.exit, Exit::yes) << same.out << same.err;
    EXPECT_EQ(same.out, "0 differences; both know 2 tags\n");
  }
  EXPECT_EQ(nlohmann::json::parse(larder({"export", file, "--json"}).out)["Kinds"]["image"], 2);
}

TEST(CareCommands, StandardOutputTakesAnExportAndNothingElse) {
  Terminal larder;
  larder.Fill();
  const auto piped = larder({"export", "-"});
  EXPECT_EQ(piped.exit, Exit::yes);
  EXPECT_THAT(piped.err, StartsWith("4 records written"));
  const std::string file = larder.path() + "/piped";
  Write(file, piped.out);
  EXPECT_EQ(larder({"--store", "memory:", "import", "--dry-run", file}).exit, Exit::yes);
  larder.console.out_is_terminal = true;
  const auto shown = larder({"export", "-"});
  EXPECT_EQ(shown.exit, Exit::usage);
  EXPECT_EQ(shown.out, "");
}

TEST(CareCommands, AFileThatIsNoWholeExportIsRefusedInOneLineAndNothingIsMade) {
  Terminal larder;
  larder.Fill();
  const std::string file = larder.path() + "/cache.larder";
  ASSERT_EQ(larder({"export", file}).exit, Exit::yes);
  const std::string whole = ReadFile(file);
  std::string altered = whole;
  altered[200] = static_cast<char>(altered[200] ^ 4);
  std::string newer = whole;
  newer[8] = 2;
  const std::pair<std::string, const char*> cases[] = {
      {whole.substr(0, whole.size() / 2), "cut: it ends at byte "},
      {altered, "altered: the frame at byte 32, after record 0, fails its checksum"},
      {newer, "altered: the head"},  // a newer one has the sum of its head right
      {"{\"json\": true, \"and\": \"long enough\"}", "not an export of Larder"},
      {"", "it is empty"}};
  const std::string other = "lmdb:" + larder.path() + "/other";
  for (const auto& [bytes, message] : cases) {
    Write(file, bytes);
    const auto ran = larder({"--store", other, "import", file});
    EXPECT_EQ(ran.exit, Exit::no_answer) << message;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err,
                AllOf(StartsWith("larder: " + file + ": "), HasSubstr(message), HasSubstr("nothing was written")));
    EXPECT_FALSE(fs::exists(larder.path() + "/other"));
  }
  EXPECT_EQ(larder({"import", larder.path() + "/none"}).exit, Exit::no_answer);
  EXPECT_EQ(larder({"import", larder.path()}).exit, Exit::usage);
  EXPECT_EQ(larder({"export", larder.path() + "/no/such/file"}).exit, Exit::no_answer);
  EXPECT_EQ(larder({"export"}).exit, Exit::usage);
}

TEST(CareCommands, VerifyNamesWhatIsDamagedAndRepairsIt) {
  Terminal larder;
  larder.Fill();
  const auto whole = larder({"verify"});
  EXPECT_EQ(whole.exit, Exit::yes) << whole.err;
  EXPECT_EQ(whole.out, "4 records read: 0 damaged, 0 expired\n");
  PutBroken(larder.url(), "v1");
  const auto damaged = larder({"verify"});
  EXPECT_EQ(damaged.exit, Exit::no);
  EXPECT_THAT(damaged.out, AllOf(HasSubstr(Key::Image("ghcr.io/fluxcd/flux-cli", "v1").ToHex()),
                                 HasSubstr("not a record of Larder"), HasSubstr("5 records read: 1 damaged")));
  EXPECT_THAT(damaged.err, HasSubstr("larder verify --repair"));
  const auto json = nlohmann::json::parse(larder({"verify", "--json"}).out);
  EXPECT_FALSE(json["Whole"]);
  EXPECT_EQ(json["Broken"][0]["Kind"], "image");
  EXPECT_EQ(json["Structure"]["Faults"], 0);
  EXPECT_EQ(larder({"export", larder.path() + "/x"}).exit, Exit::no) << "what is damaged is left out, and told";
  const auto repaired = larder({"verify", "--repair"});
  EXPECT_EQ(repaired.exit, Exit::yes) << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr("1 damaged record removed"));
  EXPECT_EQ(larder({"verify"}).exit, Exit::yes);
  EXPECT_EQ(larder({"--store", "lmdb:" + larder.path() + "/none", "verify"}).exit, Exit::no);
}

TEST(CareCommands, CollectRemovesWhatIsOver) {
  Terminal larder;
  larder.Fill();
  Put(larder.url(), {Image("ghcr.io/a/b:old", 'a', kNow - std::chrono::hours(1))});
  EXPECT_EQ(larder({"collect", "--dry-run", "--json"}).exit, Exit::yes);
  EXPECT_EQ(nlohmann::json::parse(larder({"collect", "--dry-run", "--json"}).out)["Removed"], 1);
  const auto collected = larder({"collect"});
  EXPECT_EQ(collected.exit, Exit::yes) << collected.err;
  EXPECT_THAT(collected.out, HasSubstr("1 removed"));
  EXPECT_THAT(larder({"collect"}).out, HasSubstr("0 removed"));
  EXPECT_EQ(larder({"list"}).exit, Exit::yes);
}

TEST(CareCommands, WhereMemcachedForgetsByItselfCollectSaysSo) {
  LARDER_SKIP_WITHOUT_MEMCACHED();
  const auto server = testing::MemcachedServer::Start().value();
  const std::string url = "memcached://" + server->endpoint() + "/ns?timeout=10s";
  const auto opened = OpenStore(url);
  if (!opened.has_value()) GTEST_SKIP() << "skipped: " << opened.error().ToString();
  auto over = Image("ghcr.io/a/b:old", 'a', kNow - std::chrono::hours(1));
  over.deadline = kNow;  // memcached keeps it for an hour
  Put(url, {over});
  Terminal larder;
  for (const auto& [option, done] : {std::pair("--force", "removed"), std::pair("--dry-run", "would be removed")}) {
    const auto ran = larder({"--store", url, "collect", option});
    EXPECT_EQ(ran.exit, Exit::yes) << ran.err;
    EXPECT_EQ(ran.out, std::string("0 records read, 0 ") + done + ": memcached drops what is over by itself\n");
  }
  const auto json = nlohmann::json::parse(larder({"--store", url, "collect", "--json"}).out);
  EXPECT_EQ(json["Removed"], 0);
  EXPECT_EQ(json["Reason"], "memcached drops what is over by itself");
  EXPECT_EQ((*opened)->Stats()->records, 1U);
}

TEST(CareCommands, CopyCountsWhatStaysBehindAndSaysInItsExitCodeWhatIsAmiss) {
  Terminal larder;
  larder.Fill();
  const std::string target = "lmdb:" + larder.path() + "/target";
  const auto put = [&](const Key& key, std::vector<std::byte> record) {
    WriteBatch batch;
    batch.Put(key, std::move(record));
    ASSERT_TRUE(OpenStore(larder.url()).value()->Write(batch, WriteOptions{kNow}).has_value());
  };
  const LeaseRecord lease{"ghcr.io/fluxcd/flux-cli", "host-1", kNow + std::chrono::minutes(5)};
  put(Key::Lease(lease.name), BuildLeaseRecord(lease).value());
  Put(larder.url(), {Image("ghcr.io/a/b:old", 'a', kNow - std::chrono::hours(1))});
  const auto whole = larder({"copy", larder.url(), target});
  EXPECT_EQ(whole.exit, Exit::yes) << whole.err;
  EXPECT_EQ(whole.out,
            "6 records: 5 written, 0 already there, 0 expired, 0 damaged, 0 not taken, 1 lease left behind\n");
  const std::string bytes = larder({"--store", target, "dump", "--format", "ndjson"}).out;

  const Key newer = Key::Image("ghcr.io/a/b", "newer");
  put(newer, MakeRecord(newer, {.format = kFormatVersion + 1, .kind = RecordKind::image}, {}).value());
  const auto ran = larder({"copy", larder.url(), target});
  EXPECT_EQ(ran.exit, Exit::no);
  EXPECT_EQ(
      ran.out,
      "7 records: 0 written, 5 already there, 0 expired, 0 damaged, 0 not taken, 1 lease left behind, 1 of a newer "
      "release left behind\n");
  PutBroken(larder.url(), "v1");
  const auto json = larder({"copy", larder.url(), target, "--json"});
  EXPECT_EQ(json.exit, Exit::no);
  const auto counts = nlohmann::json::parse(json.out);
  EXPECT_EQ(counts["Read"], 8);
  EXPECT_EQ(counts["Same"], 5);
  EXPECT_EQ(counts["Leases"], 1);
  EXPECT_EQ(counts["Newer"], 1);
  EXPECT_EQ(counts["Broken"], 1);
  EXPECT_EQ(larder({"--store", target, "dump", "--format", "ndjson"}).out, bytes);
}

TEST(CareCommands, ACopyIntoTooSmallABoundSaysWhatWasDropped) {
  Terminal larder;
  larder.Fill();
  std::vector<ImageRecord> images;
  for (int i = 0; i < 4000; ++i)
    images.push_back(Image("ghcr.io/a/b:" + std::to_string(i), 'a', kNow + std::chrono::hours(i)));
  Put(larder.url(), images);
  const auto ran = larder({"copy", larder.url(), "lmdb:" + larder.path() + "/small?max_bytes=1MiB"});
  EXPECT_EQ(ran.exit, Exit::no);
  EXPECT_THAT(ran.out, HasSubstr("dropped for want of room: raise max_bytes in the target's URL"));
}

TEST(CareCommands, ForgetRemovesARepositoryOrOneTag) {
  for (const char* engine : {"lmdb", "rocksdb"}) {
    Terminal larder;
    larder.Fill();
    const std::string url = std::string(engine) + ":" + larder.path() + "/copy";
    ASSERT_EQ(larder({"copy", larder.url(), url}).exit, Exit::yes);
    const auto tag = larder({"--store", url, "forget", "ghcr.io/fluxcd/flux-cli:v2.3.0"});
    EXPECT_EQ(tag.exit, Exit::yes) << tag.err;
    EXPECT_EQ(tag.out, "1 record removed (1 image)\n");
    EXPECT_EQ(larder({"--store", url, "get", "ghcr.io/fluxcd/flux-cli:v2.3.0"}).exit, Exit::no);
    EXPECT_EQ(larder({"--store", url, "forget", "ghcr.io/fluxcd/flux-cli:v2.3.0"}).exit, Exit::no);
    EXPECT_EQ(larder({"--store", url, "forget", "--dry-run", "ghcr.io/fluxcd/flux-cli"}).out,
              "3 records would be removed (1 repository, 1 tags, 1 image)\n");
    EXPECT_EQ(larder({"--store", url, "forget", "ghcr.io/fluxcd/flux-cli"}).exit, Exit::yes);
    EXPECT_EQ(larder({"--store", url, "list"}).exit, Exit::no);
    EXPECT_EQ(larder({"--store", url, "forget", "/bad/"}).exit, Exit::usage);
  }
}

TEST(CareCommands, DiffSaysWhatDiffersByTag) {
  Terminal larder;
  const std::string a = "lmdb:" + larder.path() + "/a";
  const std::string b = "rocksdb:" + larder.path() + "/b";
  auto later = Image("ghcr.io/x/y:same", 'a');
  later.deadline = kNow + std::chrono::hours(3);
  Put(a, {Image("ghcr.io/x/y:same", 'a'), Image("ghcr.io/x/y:moved", 'a'), Image("ghcr.io/x/y:gone", 'a')});
  Put(b, {later, Image("ghcr.io/x/y:moved", 'b'), Image("ghcr.io/x/y:new", 'a'),
          Image("ghcr.io/x/y:over", 'a', kNow - std::chrono::hours(1))});
  const auto ran = larder({"diff", a, b});
  EXPECT_EQ(ran.exit, Exit::no);
  const std::string digest_a = "sha256:" + std::string(64, 'a');
  const std::string digest_b = "sha256:" + std::string(64, 'b');
  EXPECT_THAT(ran.out, AllOf(HasSubstr("ghcr.io/x/y:gone   only in A"), HasSubstr("ghcr.io/x/y:new    only in B"),
                             HasSubstr("ghcr.io/x/y:moved  digest     " + digest_a + "  " + digest_b),
                             Not(HasSubstr("same")), Not(HasSubstr("over"))));
  EXPECT_THAT(ran.out, HasSubstr("3 differences; both know 2 tags\n"));
  const auto json = nlohmann::json::parse(larder({"diff", a, b, "--json"}).out);
  EXPECT_EQ(json["Differences"].size(), 3U);
  EXPECT_EQ(json["Differences"][1]["Tag"], "moved");
  EXPECT_EQ(larder({"diff", a, "lmdb:" + larder.path() + "/none"}).exit, Exit::no);
}

// Opens the store for writing, writes `rounds` batches (for ever: -1) and waits.
int WriteThere(const std::string& url, int rounds, const Parent& parent) {
  auto store = OpenStore(url);
  if (!store.has_value()) return 1;
  for (int i = 0; rounds < 0 || i < rounds; ++i) {
    WriteBatch batch;
    for (int k = 0; k < 50; ++k) {
      const auto image = Image("ghcr.io/busy/app:v" + std::to_string((i * 37 + k * 11) % 900), 'a');
      batch.Put(KeyOf(image), BuildImageRecord(image).value());
    }
    if (!(*store)->Write(batch, WriteOptions{kNow}).has_value()) return 2;
    if (rounds < 0 && i % 8 == 0 && !parent.Say('.')) return 0;
  }
  parent.Say('!');
  parent.Hear();
  return 0;
}

// What the writing process is told: the URL, then rounds and the ends of its pipes.
constexpr const char* kWriterUrl = "LARDER_TEST_WRITER_URL";
constexpr const char* kWriterNumbers = "LARDER_TEST_WRITER_NUMBERS";

// The writing process. It is this program again: a RocksDB whose threads a fork left behind does not work.
Child Writer(const std::string& url, int rounds) {
  return Child([&](const Parent& parent) {
    setenv(kWriterUrl, url.c_str(), 1);
    std::ostringstream numbers;
    numbers << rounds << ' ' << parent.in << ' ' << parent.out;
    setenv(kWriterNumbers, numbers.str().c_str(), 1);
    execl("/proc/self/exe", "tools_test", "--gtest_brief=1", "--gtest_filter=WritingProcess.WritesThere", nullptr);
    return 127;
  });
}

TEST(WritingProcess, WritesThere) {
  const char* url = getenv(kWriterUrl);
  if (url == nullptr) GTEST_SKIP() << "skipped: the other process of the CareCommands below";
  int rounds = 0;
  Parent parent;
  std::istringstream(getenv(kWriterNumbers)) >> rounds >> parent.in >> parent.out;
  _exit(WriteThere(url, rounds, parent));
}

TEST(CareCommands, WhatWritesBesideAnotherWriterNamesTheLockAndItsHolder) {
  for (const char* engine : {"lmdb", "rocksdb"}) {
    Terminal larder;
    larder.Fill();
    const std::string file = larder.path() + "/cache.larder";
    ASSERT_EQ(larder({"export", file}).exit, Exit::yes);
    const std::string url = std::string(engine) + ":" + larder.path() + "/busy";
    ASSERT_EQ(larder({"copy", larder.url(), url}).exit, Exit::yes);
    PutBroken(url, "v1");
    Child child = Writer(url, 1);
    ASSERT_EQ(child.Hear(), '!') << engine;
    const std::vector<std::vector<std::string>> writing = {
        {"import", file}, {"collect"}, {"forget", "ghcr.io/fluxcd/flux-cli"}, {"verify", "--repair"}};
    for (auto command : writing) {
      command.insert(command.begin(), {"--store", url});
      const auto ran = larder(command);
      EXPECT_EQ(ran.exit, Exit::no_answer) << engine << ' ' << command[2];
      EXPECT_THAT(ran.err, AllOf(HasSubstr("pid " + std::to_string(child.pid())), HasSubstr("/busy/larder.lock")))
          << engine << ' ' << command[2];
    }
    EXPECT_EQ(larder({"copy", larder.url(), url}).exit, Exit::no_answer);
    // What only reads is not held up.
    EXPECT_EQ(larder({"--store", url, "verify"}).exit, Exit::no);  // the broken record
    EXPECT_EQ(larder({"--store", url, "forget", "--dry-run", "ghcr.io/fluxcd/flux-cli"}).exit, Exit::yes);
    EXPECT_EQ(larder({"--store", url, "collect", "--dry-run"}).exit, Exit::yes);
    EXPECT_EQ(larder({"--store", url, "export", larder.path() + "/beside"}).exit, Exit::no);
    EXPECT_THAT(larder({"--store", url, "doctor", "--offline"}).out,
                HasSubstr("being written by pid " + std::to_string(child.pid())));
    child.Say('.');
    EXPECT_EQ(child.Wait(), 0);
  }
}

TEST(CareCommands, AStoreThatIsBeingWrittenIsWholeToVerifyAndExport) {
  for (const char* engine : {"lmdb", "rocksdb"}) {
    Terminal larder;
    const std::string url = std::string(engine) + ":" + larder.path() + "/busy";
    Put(url, {Image("ghcr.io/x/y:first", 'a')});
    Child child = Writer(url, -1);
    for (int round = 0; round < 3; ++round) {
      ASSERT_EQ(child.Hear(), '.') << engine;
      const auto verified = larder({"--store", url, "verify"});
      EXPECT_EQ(verified.exit, Exit::yes) << engine << verified.out << verified.err;
      const std::string file = larder.path() + "/live" + std::to_string(round);
      EXPECT_EQ(larder({"--store", url, "export", file}).exit, Exit::yes) << engine;
      EXPECT_EQ(larder({"--store", "memory:", "import", "--dry-run", file}).exit, Exit::yes) << engine;
    }
  }
}

}  // namespace
}  // namespace larder::tool
