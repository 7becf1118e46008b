#include <lmdb.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "micro/raw_engine.h"

namespace larder::bench {
namespace {

constexpr std::size_t kMapBytes = std::size_t{8} << 30;

void Check(int code) {
  if (code != 0) std::abort();  // a benchmark has nothing to go on with
}

MDB_val ValueOf(std::span<const std::byte> bytes) {
  MDB_val value;
  value.mv_size = bytes.size();
  value.mv_data = const_cast<std::byte*>(bytes.data());
  return value;
}

class RawLmdb final : public RawEngine {
 public:
  explicit RawLmdb(const std::filesystem::path& path) {
    std::filesystem::create_directories(path);
    Check(mdb_env_create(&env_));
    Check(mdb_env_set_mapsize(env_, kMapBytes));
    Check(mdb_env_open(env_, path.c_str(), MDB_NOTLS, 0600));
    MDB_txn* txn = nullptr;
    Check(mdb_txn_begin(env_, nullptr, 0, &txn));
    Check(mdb_dbi_open(txn, nullptr, 0, &dbi_));
    Check(mdb_txn_commit(txn));
    Check(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader_));
    mdb_txn_reset(reader_);
  }
  ~RawLmdb() override {
    mdb_txn_abort(reader_);
    mdb_env_close(env_);
  }
  RawLmdb(const RawLmdb&) = delete;
  RawLmdb& operator=(const RawLmdb&) = delete;

  std::uint64_t Get(const Key& key) override {
    Check(mdb_txn_renew(reader_));
    const std::uint64_t sum = Find(key);
    mdb_txn_reset(reader_);
    return sum;
  }

  std::uint64_t GetMany(std::span<const Key> keys) override {
    Check(mdb_txn_renew(reader_));
    std::uint64_t sum = 0;
    for (const auto& key : keys) sum += Find(key);
    mdb_txn_reset(reader_);
    return sum;
  }

  void Write(const std::vector<KeyAndBytes>& batch) override {
    MDB_txn* txn = nullptr;
    Check(mdb_txn_begin(env_, nullptr, 0, &txn));
    for (const auto& [key, bytes] : batch) {
      MDB_val name = ValueOf(key.bytes());
      MDB_val value = ValueOf(bytes);
      Check(mdb_put(txn, dbi_, &name, &value, 0));
    }
    Check(mdb_txn_commit(txn));
  }

  std::uint64_t Scan(const KeyRange& range, std::size_t bytes) override {
    Check(mdb_txn_renew(reader_));
    MDB_cursor* cursor = nullptr;
    Check(mdb_cursor_open(reader_, dbi_, &cursor));
    MDB_val key = ValueOf(range.begin.bytes());
    MDB_val value;
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    for (int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE); code == 0;
         code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
      if (!range.unbounded && std::memcmp(key.mv_data, range.end.bytes().data(), Key::kSize) >= 0) break;
      sum += Touch(value.mv_data, std::min(value.mv_size, bytes));
      ++count;
    }
    mdb_cursor_close(cursor);
    mdb_txn_reset(reader_);
    return sum == 0 ? 0 : count;
  }

  std::string Library() override {
    int major = 0, minor = 0, patch = 0;
    mdb_version(&major, &minor, &patch);
    return "LMDB " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  }

 private:
  std::uint64_t Find(const Key& key) {
    MDB_val name = ValueOf(key.bytes());
    MDB_val value;
    const int code = mdb_get(reader_, dbi_, &name, &value);
    if (code == MDB_NOTFOUND) return 0;
    Check(code);
    return Touch(value.mv_data, value.mv_size);
  }

  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0;
  MDB_txn* reader_ = nullptr;
};

}  // namespace

std::unique_ptr<RawEngine> OpenRawLmdb(const std::filesystem::path& path) { return std::make_unique<RawLmdb>(path); }

}  // namespace larder::bench
