// What an open answers to a path that is no store, or is not to be had.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "backends/rocksdb/blocks.h"
#include "backends/rocksdb/child_process.h"
#include "bytes.h"
#include "directory.h"
#include "engine_options.h"
#include "larder/lock_file.h"
#include "larder/marker.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RocksDbOpen : public ::testing::Test {
 protected:
  RocksDbOptions Options(RocksDbAccess access = RocksDbAccess::read_write) {
    RocksDbOptions options;
    options.path = path_;
    options.access = access;
    return options;
  }
  void ExpectRefused(const RocksDbOptions& options, Errc code, std::string_view text) {
    const auto store = OpenRocksDbStore(options);
    ASSERT_FALSE(store.has_value());
    EXPECT_EQ(store.error().code, code) << store.error().ToString();
    EXPECT_THAT(store.error().message, HasSubstr(text));
    EXPECT_THAT(store.error().message, HasSubstr(options.path.string()));
  }
  // The marker of the store at path_ is replaced, from outside of Larder.
  void WriteRaw(const rocksdb::Slice& key, std::span<const std::byte> value) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, path_.string(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    ASSERT_TRUE(db->Put({}, key, rocks::ToSlice(value)).ok());
  }
  // Everything in the database at path_, byte for byte.
  std::map<std::string, std::string> DumpRaw() {
    std::map<std::string, std::string> all;
    rocksdb::DB* raw = nullptr;
    EXPECT_TRUE(rocksdb::DB::OpenForReadOnly(rocksdb::Options(), path_.string(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    if (db == nullptr) return all;
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    for (it->SeekToFirst(); it->Valid(); it->Next()) all.emplace(it->key().ToString(), it->value().ToString());
    EXPECT_TRUE(it->status().ok());
    return all;
  }

  const TempDir dir_;
  const fs::path path_ = dir_ / "store";
};

TEST_F(RocksDbOpen, MakesTheDirectoryAndItsParents) {
  RocksDbOptions deeper = Options();
  deeper.path = dir_ / "missing" / "too" / "store";
  const auto store = OpenRocksDbStore(deeper);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  EXPECT_TRUE(fs::exists(deeper.path / "CURRENT"));
}

TEST_F(RocksDbOpen, ForReadingNeedsAStore) {
  for (const RocksDbAccess access : {RocksDbAccess::read_only, RocksDbAccess::secondary}) {
    ExpectRefused(Options(access), Errc::not_found, "no such store");
    EXPECT_FALSE(fs::exists(path_)) << "reading makes nothing";
    fs::create_directory(path_);
    ExpectRefused(Options(access), Errc::not_found, "empty directory");
    EXPECT_TRUE(fs::is_empty(path_));
    fs::remove(path_);
  }
}

TEST_F(RocksDbOpen, AFileIsNoStore) {
  std::ofstream(path_) << "x";
  ExpectRefused(Options(), Errc::invalid_argument, "not a directory");
  RocksDbOptions below = Options();
  below.path = path_ / "below";
  ExpectRefused(below, Errc::invalid_argument, "cannot make the directory");
}

TEST_F(RocksDbOpen, ADirectoryWithOtherFilesIsLeftAlone) {
  fs::create_directory(path_);
  std::ofstream(path_ / "holiday.jpg") << "x";
  ExpectRefused(Options(), Errc::invalid_argument, "holiday.jpg");
  EXPECT_FALSE(fs::exists(path_ / LockFile::kFileName));
  fs::remove(path_ / "holiday.jpg");
  std::ofstream(path_ / "data.mdb") << "x";
  ExpectRefused(Options(), Errc::invalid_argument, "lmdb:");
}

TEST_F(RocksDbOpen, WhatAKilledCreationLeftIsTaken) {
  fs::create_directory(path_);
  for (const char* name : {"LOCK", "IDENTITY", "larder.lock", "000001.dbtmp"}) std::ofstream(path_ / name) << "";
  EXPECT_TRUE(OpenRocksDbStore(Options()).has_value());
}

TEST_F(RocksDbOpen, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  WriteRaw("somebody's key", std::as_bytes(std::span("value", 5)));
  for (const auto access : {RocksDbAccess::read_write, RocksDbAccess::read_only, RocksDbAccess::secondary}) {
    ExpectRefused(Options(access), Errc::invalid_argument, "another program's RocksDB database, not Larder's; use");
  }
  EXPECT_EQ(DumpRaw(), (std::map<std::string, std::string>{{"somebody's key", "value"}}));
}

TEST_F(RocksDbOpen, AStoreOfANewerReleaseIsRefusedAndNotDamaged) {
  WriteBatch batch = BatchNumber(1);
  for (std::uint32_t i = 0; i < 20; ++i) {  // expired, and of a format to come: what a writer might think of dropping
    const Key key = Key::TagBlock("registry.example/app", 1, i);
    auto record = NumberedRecord(key, i, 400, kBlocksNow);
    if (i % 2 == 0) record[12] = static_cast<std::byte>(kFormatVersion + 1);
    batch.Put(key, std::move(record));
  }
  {
    auto store = OpenRocksDbStore(Options());
    ASSERT_TRUE(store.has_value());
    ASSERT_TRUE((*store)->Write(batch, {.now = kBlocksNow}).has_value());
  }
  const auto before = DumpRaw();
  ASSERT_EQ(before.size(), batch.size() + 1);
  WriteRaw(rocks::ToSlice(Key::Marker()), MakeMarker({.format = kFormatVersion + 1}));
  const auto with_newer = DumpRaw();
  for (const auto access : {RocksDbAccess::read_write, RocksDbAccess::read_only, RocksDbAccess::secondary}) {
    ExpectRefused(Options(access), Errc::unsupported, "newer release");
  }
  EXPECT_EQ(DumpRaw(), with_newer);
  const std::string& marker = before.at(rocks::ToSlice(Key::Marker()).ToString());
  WriteRaw(rocks::ToSlice(Key::Marker()), std::as_bytes(std::span(marker)));
  EXPECT_EQ(DumpRaw(), before);
  const auto store = OpenRocksDbStore(Options());
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  RecordBuf buffer;
  for (const WriteOp& op : batch.ops()) {
    ASSERT_TRUE((*store)->Get(op.key, buffer).has_value());
    ASSERT_EQ(std::vector<std::byte>(buffer.bytes().begin(), buffer.bytes().end()), op.record);
  }
}

TEST_F(RocksDbOpen, ADamagedMarkerIsCorruption) {
  {
    ASSERT_TRUE(OpenRocksDbStore(Options()).has_value());
  }
  auto marker = MakeMarker({});
  marker[20] ^= std::byte{1};
  WriteRaw(rocks::ToSlice(Key::Marker()), marker);
  ExpectRefused(Options(), Errc::corruption, "marker");
}

TEST_F(RocksDbOpen, ALostMarkerIsCorruptionWhereThereAreRecords) {
  const Key key = BlockKey(1, 0);
  WriteRaw(rocks::ToSlice(key), NumberedRecord(key, 1, 64));
  ExpectRefused(Options(), Errc::corruption, "marker is lost");
}

TEST_F(RocksDbOpen, OneWriterAtATimeAlsoInOneProcess) {
  const auto first = OpenRocksDbStore(Options());
  ASSERT_TRUE(first.has_value());
  ExpectRefused(Options(), Errc::unavailable, "pid " + std::to_string(getpid()));
  EXPECT_TRUE(OpenRocksDbStore(Options(RocksDbAccess::read_only)).has_value());
}

TEST_F(RocksDbOpen, AForeignHolderOfRocksDbsLockIsNamed) {
  {
    ASSERT_TRUE(OpenRocksDbStore(Options()).has_value());
  }
  ChildProcess holder({"lock", (path_ / "LOCK").string()});
  ASSERT_TRUE(holder.Next().has_value());
  ExpectRefused(Options(), Errc::unavailable, "pid " + std::to_string(holder.pid()) + " (rocksdb_child)");
  ExpectRefused(Options(), Errc::unavailable, (path_ / "LOCK").string());
  holder.Kill();
  EXPECT_TRUE(OpenRocksDbStore(Options()).has_value());
}

// Root may read everything, so the check is made as somebody else.
TEST_F(RocksDbOpen, AnUnreadableDirectoryIsPermissionDenied) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: not root, cannot become somebody else";
  {
    ASSERT_TRUE(OpenRocksDbStore(Options()).has_value());
  }
  fs::permissions(dir_.path(), fs::perms::owner_all | fs::perms::others_exec);
  fs::permissions(path_, fs::perms::owner_all);
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    const auto read = rocks::PrepareDirectory(path_, RocksDbAccess::read_only);
    const auto write = rocks::PrepareDirectory(path_, RocksDbAccess::read_write);
    const bool denied = !read.has_value() && read.error().code == Errc::permission_denied && !write.has_value() &&
                        write.error().code == Errc::permission_denied;
    _exit(denied ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

// RocksDB opens such a store by other means, which know no log and no snapshots.
TEST_F(RocksDbOpen, AStoreOfOneLevelIsReadLikeAnyOther) {
  {
    auto store = OpenRocksDbStore(Options());
    ASSERT_TRUE(store.has_value());
    for (std::uint64_t number = 1; number <= kBlocks; ++number) {
      ASSERT_TRUE((*store)->Write(BatchNumber(number), {.now = kBlocksNow}).has_value());
    }
  }
  {
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), path_.string(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    ASSERT_TRUE(db->CompactRange({}, nullptr, nullptr).ok());
  }
  for (const auto access : {RocksDbAccess::read_only, RocksDbAccess::secondary}) {
    const auto store = OpenRocksDbStore(Options(access));
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    RecordBuf buffer;
    ASSERT_TRUE((*store)->Get(BlockKey(1, 0), buffer).has_value());
    EXPECT_EQ(NumberOf(buffer.bytes()), 1u);
    auto reader = (*store)->OpenReader();
    ASSERT_TRUE(reader.has_value());
    std::string reason;
    EXPECT_EQ(NumberOfBlock(**reader, 7, reason), 7u) << reason;
    std::uint64_t records = 0;
    EXPECT_TRUE((*reader)
                    ->Scan({},
                           [&](const Key&, std::span<const std::byte>) {
                             ++records;
                             return ScanAction::go_on;
                           })
                    .has_value());
    EXPECT_EQ(records, kBlocks * kBlockKeys);
    EXPECT_TRUE((*store)->Stats().has_value());
  }
}

TEST_F(RocksDbOpen, OptionsOutOfRangeAreRefused) {
  const std::pair<const char*, void (*)(RocksDbOptions&)> cases[] = {
      {"no path", [](RocksDbOptions& o) { o.path.clear(); }},
      {"max_bytes", [](RocksDbOptions& o) { o.max_bytes = 1 << 20; }},
      {"write_buffer_bytes", [](RocksDbOptions& o) { o.write_buffer_bytes = 100; }},
      {"write_buffer_bytes", [](RocksDbOptions& o) { o.write_buffer_bytes = 1u << 30; }},
      {"bloom_bits_per_key", [](RocksDbOptions& o) { o.bloom_bits_per_key = -1; }},
      {"block_bytes", [](RocksDbOptions& o) { o.block_bytes = 16; }},
      {"background_jobs", [](RocksDbOptions& o) { o.background_jobs = 0; }},
      {"periodic_compaction", [](RocksDbOptions& o) { o.periodic_compaction = std::chrono::seconds{-1}; }},
      {"catch_up", [](RocksDbOptions& o) { o.catch_up = std::chrono::milliseconds{-1}; }},
  };
  for (const auto& [text, change] : cases) {
    RocksDbOptions options = Options();
    change(options);
    const auto store = OpenRocksDbStore(options);
    ASSERT_FALSE(store.has_value()) << text;
    EXPECT_EQ(store.error().code, Errc::invalid_argument);
    EXPECT_THAT(store.error().message, HasSubstr(text));
    EXPECT_THAT(store.error().message, HasSubstr(options.path.string()));
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(RocksDbOpen, TheEnginesLogIsBoundedAndNothingIsPrinted) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 4; ++i) {
    auto store = OpenRocksDbStore(Options());
    ASSERT_TRUE(store.has_value());
    ASSERT_TRUE((*store)->Write(BatchNumber(1), {.now = kBlocksNow}).has_value());
  }
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), IsEmpty());
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), IsEmpty());
  int logs = 0;
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (!entry.path().filename().string().starts_with("LOG")) continue;
    ++logs;
    EXPECT_LE(entry.file_size(), 1u << 20);
  }
  EXPECT_LE(logs, 2);
}

TEST_F(RocksDbOpen, WithALogTheDirectoryHasNone) {
  RocksDbOptions options = Options();
  options.log = [](LogLevel, std::string_view) {};
  ASSERT_TRUE(OpenRocksDbStore(options).has_value());
  EXPECT_FALSE(fs::exists(path_ / "LOG"));
}

TEST_F(RocksDbOpen, ASecondaryRemovesItsOwnDirectory) {
  {
    ASSERT_TRUE(OpenRocksDbStore(Options()).has_value());
  }
  const fs::path scratch = dir_ / "scratch";
  fs::create_directory(scratch);
  const char* before = std::getenv("TMPDIR");
  const std::string saved = before != nullptr ? before : "";
  setenv("TMPDIR", scratch.c_str(), 1);
  {
    EXPECT_TRUE(OpenRocksDbStore(Options(RocksDbAccess::secondary)).has_value());
  }
  before != nullptr ? setenv("TMPDIR", saved.c_str(), 1) : unsetenv("TMPDIR");
  EXPECT_TRUE(fs::is_empty(scratch));
}

}  // namespace
}  // namespace larder::testing
