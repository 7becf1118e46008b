#include <lmdb.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <map>
#include <optional>

#include "backends/lmdb/lmdb_fixture.h"
#include "larder/marker.h"
#include "support/child.h"

namespace larder {
namespace {

using LmdbOpenTest = LmdbTest;

// Puts one value into an environment, as any program may; without one, removes it.
void ChangeRaw(const std::filesystem::path& path, std::string_view key,
               std::optional<std::span<const std::byte>> value) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_open(env, path.c_str(), 0, 0644), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &dbi), 0);
  MDB_val k{key.size(), const_cast<char*>(key.data())};
  if (value.has_value()) {
    MDB_val v{value->size(), const_cast<std::byte*>(value->data())};
    ASSERT_EQ(mdb_put(txn, dbi, &k, &v, 0), 0);
  } else {
    ASSERT_EQ(mdb_del(txn, dbi, &k, nullptr), 0);
  }
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}
void PutRaw(const std::filesystem::path& path, std::string_view key, std::span<const std::byte> value) {
  ChangeRaw(path, key, value);
}
void RemoveRaw(const std::filesystem::path& path, std::string_view key) { ChangeRaw(path, key, std::nullopt); }

// Everything in an environment, byte for byte.
std::map<std::string, std::string> DumpRaw(const std::filesystem::path& path) {
  std::map<std::string, std::string> all;
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_cursor* cursor = nullptr;
  MDB_dbi dbi = 0;
  EXPECT_EQ(mdb_env_create(&env), 0);
  EXPECT_EQ(mdb_env_open(env, path.c_str(), MDB_RDONLY, 0644), 0);
  EXPECT_EQ(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn), 0);
  EXPECT_EQ(mdb_dbi_open(txn, nullptr, 0, &dbi), 0);
  EXPECT_EQ(mdb_cursor_open(txn, dbi, &cursor), 0);
  MDB_val key;
  MDB_val value;
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
    all.emplace(std::string(static_cast<const char*>(key.mv_data), key.mv_size),
                std::string(static_cast<const char*>(value.mv_data), value.mv_size));
  }
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  mdb_env_close(env);
  return all;
}

std::string_view TextOf(const Key& key) { return {reinterpret_cast<const char*>(key.bytes().data()), Key::kSize}; }

TEST_F(LmdbOpenTest, MakesTheDirectoryAndItsParents) {
  LmdbOptions options = Options();
  options.path = path() / "a" / "b";
  auto store = Open(options);
  ASSERT_NE(store, nullptr);
  EXPECT_TRUE(std::filesystem::exists(options.path / "data.mdb"));
  EXPECT_EQ(store->Stats()->records, 0u);
}

TEST_F(LmdbOpenTest, AReadOnlyOpenMakesNothing) {
  LmdbOptions options = ReadOnly();
  options.path = path() / "none";
  EXPECT_EQ(OpenError(options).code, Errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(options.path));
  const Error error = OpenError(ReadOnly());
  EXPECT_EQ(error.code, Errc::not_found);
  EXPECT_THAT(error.message, HasSubstr("there is no store here"));
  EXPECT_TRUE(std::filesystem::is_empty(path()));
}

TEST_F(LmdbOpenTest, RefusesWhatIsNoDirectory) {
  LmdbOptions options = ReadOnly();
  options.path = path() / "file";
  std::ofstream(options.path) << "x";
  EXPECT_EQ(OpenError(options).code, Errc::invalid_argument);
  options.read_only = false;
  EXPECT_EQ(OpenError(options).code, Errc::invalid_argument);
  options.path /= "below";
  const Error below = OpenError(options);
  EXPECT_EQ(below.code, Errc::invalid_argument);
  EXPECT_THAT(below.message, HasSubstr(options.path.string()));
  options.path.clear();
  EXPECT_EQ(OpenError(options).code, Errc::invalid_argument);
}

TEST_F(LmdbOpenTest, RefusesABoundThatHoldsNothing) {
  const Error error = OpenError(Options(1000));
  EXPECT_EQ(error.code, Errc::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("at least 1048576"));
}

TEST_F(LmdbOpenTest, RefusesAFileThatIsNotLmdbs) {
  std::ofstream(path() / "data.mdb") << std::string(20'000, 'x');
  for (const bool read_only : {false, true}) {
    LmdbOptions options = Options();
    options.read_only = read_only;
    const Error error = OpenError(options);
    EXPECT_EQ(error.code, Errc::corruption);
    EXPECT_THAT(error.message, HasSubstr("not an LMDB file"));
    EXPECT_THAT(error.message, HasSubstr(path().string()));
  }
}

TEST_F(LmdbOpenTest, RefusesAFileThatIsCut) {
  {
    auto store = Open(Options());
    for (int i = 0; i < 30'000; i += 500) ASSERT_EQ(WriteAll(*store, Images(i, 500)), std::nullopt);
  }
  const auto file = path() / "data.mdb";
  const auto whole = std::filesystem::file_size(file);
  for (const std::uintmax_t size : {whole / 2, std::uintmax_t{8192}, std::uintmax_t{5000}, std::uintmax_t{100}}) {
    std::filesystem::resize_file(file, size);
    const Error error = OpenError(Options());
    EXPECT_EQ(error.code, Errc::corruption) << size;
    if (size >= 8192) {
      EXPECT_THAT(error.message, HasSubstr("data.mdb is cut"));
    }
    EXPECT_EQ(OpenError(ReadOnly()).code, Errc::corruption) << size;
  }
}

TEST_F(LmdbOpenTest, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  PutRaw(path(), "hello", Bytes(5, std::byte{'x'}));
  for (const LmdbOptions& options : {Options(), ReadOnly()}) {
    const Error error = OpenError(options);
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("another program's"));
    EXPECT_THAT(error.message, HasSubstr(path().string()));
    EXPECT_THAT(error.message, HasSubstr("use another path"));
  }
  EXPECT_EQ(DumpRaw(path()), (std::map<std::string, std::string>{{"hello", "xxxxx"}}));
}

TEST_F(LmdbOpenTest, ALostMarkerIsCorruptionWhereThereAreRecords) {
  PutRaw(path(), TextOf(ImageKey(1)), RecordOf(ImageKey(1)));
  for (const LmdbOptions& options : {Options(), ReadOnly()}) {
    const Error error = OpenError(options);
    EXPECT_EQ(error.code, Errc::corruption);
    EXPECT_THAT(error.message, HasSubstr("marker is lost"));
    EXPECT_THAT(error.message, HasSubstr(path().string()));
  }
}

TEST_F(LmdbOpenTest, ARocksDbStoreIsRefusedAndLeftAlone) {
  std::ofstream(path() / "CURRENT") << "MANIFEST-000004\n";
  for (const LmdbOptions& options : {Options(), ReadOnly()}) {
    const Error error = OpenError(options);
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("open it as rocksdb:"));
  }
  EXPECT_FALSE(std::filesystem::exists(path() / "data.mdb"));
}

TEST_F(LmdbOpenTest, ForReadingNeedsAStoreThatWasWrittenTo) {
  PutRaw(path(), "hello", Bytes(5, std::byte{'x'}));
  RemoveRaw(path(), "hello");  // an environment, and nothing in it: as a killed creation leaves it
  EXPECT_EQ(OpenError(ReadOnly()).code, Errc::not_found);
  EXPECT_NE(Open(Options()), nullptr);
  EXPECT_NE(Open(ReadOnly()), nullptr);
}

TEST_F(LmdbOpenTest, AStoreOfANewerReleaseIsRefusedAndNotDamaged) {
  WriteBatch batch = Images(0, 300);
  for (std::uint32_t i = 0; i < 20; ++i) {  // expired, and of a format to come: what a writer might think of dropping
    const Key key = Key::TagBlock(conformance::kName, 1, i);
    batch.Put(key, i % 2 == 0 ? RecordOf(key, 1000, 1, kNow) : conformance::NewerRecordOf(key));
  }
  {
    auto store = Open(Options());
    ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
  }
  const auto before = DumpRaw(path());
  ASSERT_EQ(before.size(), batch.size() + 1);
  const auto newer = MakeMarker({.format = kFormatVersion + 1, .created = kNow});
  PutRaw(path(), TextOf(Key::Marker()), newer);
  const auto with_newer = DumpRaw(path());
  for (const LmdbOptions& options : {Options(), Options(1 << 20), ReadOnly()}) {
    const Error error = OpenError(options);
    EXPECT_EQ(error.code, Errc::unsupported);
    EXPECT_THAT(error.message, HasSubstr("newer release"));
    EXPECT_THAT(error.message, HasSubstr(path().string()));
  }
  EXPECT_EQ(DumpRaw(path()), with_newer);
  const std::string& marker = before.at(std::string(TextOf(Key::Marker())));
  PutRaw(path(), TextOf(Key::Marker()), std::as_bytes(std::span(marker)));
  EXPECT_EQ(DumpRaw(path()), before);
  auto store = Open(Options());
  RecordBuf buffer;
  for (const WriteOp& op : batch.ops()) {
    ASSERT_TRUE(store->Get(op.key, buffer).has_value());
    ASSERT_EQ(Bytes(buffer.bytes().begin(), buffer.bytes().end()), op.record);
  }
}

TEST_F(LmdbOpenTest, RefusesWhatMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "skipped: root may read everything";
  {
    Open(Options());
  }
  ASSERT_EQ(chmod((path() / "data.mdb").c_str(), 0), 0);
  EXPECT_EQ(OpenError(Options()).code, Errc::permission_denied);
}

TEST_F(LmdbOpenTest, AProcessOpensADirectoryOnce) {
  auto first = Open(Options());
  auto second = Open(Options());
  LmdbOptions other_name = ReadOnly();
  other_name.path = path() / ".." / path().filename();
  auto third = Open(other_name);
  ASSERT_EQ(WriteAll(*first, Images(0, 10)), std::nullopt);
  EXPECT_TRUE(Has(*second, ImageKey(3)));
  auto reader = third->OpenReader().value();
  first.reset();  // closing one leaves the others' locks and readers alone
  second.reset();
  EXPECT_TRUE(reader->Get(ImageKey(3)).has_value());
  EXPECT_TRUE(Has(*third, ImageKey(3)));
}

TEST_F(LmdbOpenTest, AReadOnlyStoreRefusesToWrite) {
  auto writer = Open(Options());
  auto store = Open(ReadOnly());
  const auto error = WriteAll(*store, Images(0, 1));
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, Errc::invalid_argument);
  EXPECT_THAT(error->message, HasSubstr("read-only"));
  EXPECT_EQ(store->Collect({.now = kNow}).error().code, Errc::invalid_argument);
  EXPECT_TRUE(store->Flush().has_value());
  EXPECT_EQ(WriteAll(*writer, Images(0, 1)), std::nullopt);
}

TEST_F(LmdbOpenTest, TheLockIsFreeWhenTheLastWritingStoreIsClosed) {
  auto writer = Open(Options());
  auto reader = Open(ReadOnly());
  const auto other_process = [this](const Parent&) { return OpenLmdbStore(Options()).has_value() ? 0 : 1; };
  EXPECT_EQ(Child(other_process).Wait(), 1);
  writer.reset();
  EXPECT_EQ(Child(other_process).Wait(), 0);
  EXPECT_NE(Open(Options()), nullptr);  // and a process that only read may go on to write
}

TEST_F(LmdbOpenTest, TheHolderOfTheLockIsNamed) {
  Child child([this](const Parent& parent) {
    const auto store = OpenLmdbStore(Options());
    parent.Say(store.has_value() ? 'y' : 'n');
    parent.Hear();
    return 0;
  });
  ASSERT_EQ(child.Hear(), 'y');
  const Error error = OpenError(Options());
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.message, HasSubstr(std::to_string(child.pid())));
  EXPECT_NE(Open(ReadOnly()), nullptr);
  child.Say('.');
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_NE(Open(Options()), nullptr);
}

TEST_F(LmdbOpenTest, AFileReplacedUnderAnOpenStoreIsNoticed) {
  auto store = Open(Options());
  std::filesystem::rename(path() / "data.mdb", path() / "old.mdb");
  std::filesystem::copy(path() / "old.mdb", path() / "data.mdb");
  const Error error = OpenError(Options());
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.message, HasSubstr("replaced"));
}

TEST_F(LmdbOpenTest, TheMarkerIsNotCounted) {
  auto store = Open(Options());
  ASSERT_EQ(WriteAll(*store, Images(0, 7)), std::nullopt);
  EXPECT_EQ(store->Stats()->records, 7u);
  EXPECT_EQ(store->Stats()->max_bytes, std::uint64_t{64} << 20);
  EXPECT_TRUE(Has(*store, Key::Marker()));
}

}  // namespace
}  // namespace larder
