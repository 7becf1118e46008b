#include "environment.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "lmdb_error.h"

namespace larder::lmdb {
namespace {

static_assert(Key::kSize % sizeof(std::uint64_t) == 0);

std::uint64_t WordAt(const std::byte* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Their order as bytes.
int OrderOfWords(std::uint64_t left, std::uint64_t right) {
  if constexpr (std::endian::native == std::endian::little) {
    left = std::byteswap(left);
    right = std::byteswap(right);
  }
  return left < right ? -1 : 1;
}

constexpr unsigned kReaderSlots = 1024;
constexpr mdb_mode_t kFileMode = 0644;
// No WRITEMAP: a stray pointer of the host would reach the file. No NOSYNC: a power cut would tear it. No NOMEMINIT:
// what lay in the host's memory would.
constexpr unsigned kFlags = MDB_NOTLS;
constexpr int kAttempts = 4;
constexpr std::chrono::milliseconds kClaimPatience{5000};
constexpr std::uint64_t kExtendBytes = 1 << 20;
constexpr std::uint64_t kMostHoleBytes = 8 << 20;

// Of keys that are none of ours. Apart, so that the other needs no stack.
[[gnu::noinline]] int CompareOthers(const MDB_val& left, const MDB_val& right) {
  const int order = std::memcmp(left.mv_data, right.mv_data, std::min(left.mv_size, right.mv_size));
  if (order != 0 || left.mv_size == right.mv_size) return order;
  return left.mv_size < right.mv_size ? -1 : 1;
}

// A record lies behind its key: once that is found, the processor can fetch the one while LMDB finishes its search.
void FetchAfter(const std::byte* key) {
  constexpr std::size_t kLineBytes = 64;
  constexpr std::size_t kLines = 6;  // of most records
  for (std::size_t line = 1; line <= kLines; ++line) __builtin_prefetch(key + line * kLineBytes);
}

// The order of bytes, which is LMDB's own, for the one length that keys have: three loads instead of a call of memcmp.
int CompareKeys(const MDB_val* left, const MDB_val* right) noexcept {
  if (left->mv_size != Key::kSize || right->mv_size != Key::kSize) return CompareOthers(*left, *right);
  const auto* a = static_cast<const std::byte*>(left->mv_data);
  const auto* b = static_cast<const std::byte*>(right->mv_data);
  for (std::size_t i = 0; i < Key::kSize; i += sizeof(std::uint64_t)) {
    const std::uint64_t x = WordAt(a + i);
    const std::uint64_t y = WordAt(b + i);
    if (x != y) return OrderOfWords(x, y);
  }
  FetchAfter(b);
  return 0;
}

std::string AgeText(const TxnPool& pool) {
  const auto age = pool.OldestPin();
  return age ? std::to_string(age->count()) + " ms" : "some time";
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::Open(const std::filesystem::path& directory, Access access) {
  std::unique_ptr<Environment> environment(new Environment(directory));
  LARDER_RETURN_IF_ERROR(environment->OpenFiles(access));
  LARDER_RETURN_IF_ERROR(environment->CheckLength());
  LARDER_RETURN_IF_ERROR(environment->OpenDatabase());
  return environment;
}

Result<void> Environment::OpenFiles(Access access) {
  const auto open = [this](unsigned flags) {
    if (env_ != nullptr) mdb_env_close(std::exchange(env_, nullptr));
    int rc = mdb_env_create(&env_);
    if (rc == 0) rc = mdb_env_set_maxreaders(env_, kReaderSlots);
    if (rc == 0) rc = mdb_env_open(env_, path_.c_str(), flags, kFileMode);
    return rc;
  };
  int rc = open(kFlags);
  if (access == Access::existing && (rc == EACCES || rc == EPERM || rc == EROFS)) {
    read_only_ = true;
    rc = open(kFlags | MDB_RDONLY);
  }
  if (rc != 0) return FailLmdb(path_, "cannot open", rc);
  return {};
}

Result<void> Environment::CheckLength() const {
  MDB_envinfo info;
  MDB_stat stat;
  struct ::stat file{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  if (fstat(Fd(), &file) != 0) return FailLmdb(path_, "cannot examine data.mdb", errno);
  const std::uint64_t needed = (info.me_last_pgno + 1) * stat.ms_psize;
  if (static_cast<std::uint64_t>(file.st_size) >= needed) return {};
  return Fail(Errc::corruption, "lmdb " + path_.string() + ": data.mdb is cut: it has " + std::to_string(file.st_size) +
                                    " bytes, and its last page ends at " + std::to_string(needed) +
                                    "; restore it from a copy, or remove the directory to begin afresh");
}

Result<void> Environment::OpenDatabase() {
  MDB_stat stat;
  mdb_env_stat(env_, &stat);
  page_bytes_ = stat.ms_psize;
  int dead = 0;
  mdb_reader_check(env_, &dead);
  auto txn = Read();
  if (!txn.has_value()) return std::unexpected<Error>(std::move(txn).error());
  if (const int rc = mdb_dbi_open(txn->get(), nullptr, 0, &dbi_); rc != 0) {
    return FailLmdb(path_, "cannot open the database", rc);
  }
  if (const int rc = mdb_set_compare(txn->get(), dbi_, CompareKeys); rc != 0) {
    return FailLmdb(path_, "cannot open the database", rc);
  }
  return {};
}

Environment::~Environment() {
  if (Forked() || env_ == nullptr) return;
  pool_.AbortAll();
  mdb_env_close(env_);
}

Result<void> Environment::Usable() const {
  if (Forked()) {
    return Fail(Errc::unavailable,
                "lmdb " + path_.string() + ": opened before this process was forked; open it again in the child");
  }
  if (map_lost_.load(std::memory_order_relaxed)) {
    return Fail(Errc::unavailable, "lmdb " + path_.string() + ": the map was lost; close the store and open it again");
  }
  return {};
}

Result<ReadTxn> Environment::Begin(bool as_writer) {
  for (int attempt = 1;; ++attempt) {
    LARDER_RETURN_IF_ERROR(Usable());
    TxnPool::Slot* slot = pool_.Claim(kClaimPatience);
    if (slot == nullptr) {
      return Fail(Errc::unavailable, "lmdb " + path_.string() + ": all " + std::to_string(TxnPool::kSlots) +
                                         " readers of this process are in use, the oldest for " + AgeText(pool_));
    }
    int rc = map_lost_ ? MDB_PANIC : 0;
    if (rc == 0) {
      rc = Start(slot->txn);
    }
    if (rc == 0) return ReadTxn(*this, *slot);
    TxnPool::Release(*slot);
    if (attempt == kAttempts) return FailLmdb(path_, "cannot read", rc);
    LARDER_RETURN_IF_ERROR(AfterFailedBegin(rc, as_writer));
  }
}

Result<void> Environment::AfterFailedBegin(int rc, bool as_writer) {
  if (rc == MDB_MAP_RESIZED) {
    std::unique_lock lock(write_mutex_, std::defer_lock);
    if (!as_writer) lock.lock();
    return Remap(0);
  }
  int dead = 0;
  if (rc == MDB_READERS_FULL && mdb_reader_check(env_, &dead) == 0 && dead > 0) return {};
  return FailLmdb(path_, "cannot read", rc);
}

Result<ReadTxn> Environment::Pin() {
  auto txn = Begin(false);
  if (txn.has_value()) txn->Pin();
  return txn;
}

std::uint64_t Environment::map_bytes() const {
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  return info.me_mapsize;
}

Result<void> Environment::Remap(std::uint64_t bytes, std::chrono::milliseconds patience) {
  if (!pool_.ClaimAll(patience)) {
    return Fail(Errc::unavailable, "lmdb " + path_.string() +
                                       ": the map has to grow, and a reader of this process, open for " +
                                       AgeText(pool_) + ", does not end; close Readers within a second");
  }
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  const bool reaches = (info.me_last_pgno + 1) * page_bytes_ <= info.me_mapsize;
  int rc = 0;
  if (bytes != 0 || !reaches) {
    rc = mdb_env_set_mapsize(env_, bytes);
    if (rc != 0) map_lost_ = true;  // the old map is gone already
  }
  pool_.ReleaseAll();
  if (rc != 0) return FailLmdb(path_, "cannot map " + std::to_string(bytes) + " bytes", rc);
  return {};
}

int Environment::Fd() const {
  int fd = -1;
  mdb_env_get_fd(env_, &fd);
  return fd;
}

int Environment::ExtendFile(std::uint64_t pages) {
  struct ::stat file{};
  if (fstat(Fd(), &file) != 0) return errno;
  std::uint64_t bytes = (pages * page_bytes_ + kExtendBytes - 1) / kExtendBytes * kExtendBytes;
  bytes = std::min(bytes, map_bytes());
  if (static_cast<std::uint64_t>(file.st_size) >= bytes) return 0;
  return ftruncate(Fd(), static_cast<off_t>(bytes)) == 0 ? 0 : errno;
}

void Environment::TrimFile() {
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  struct ::stat file{};
  const std::uint64_t end = (info.me_last_pgno + 1) * page_bytes_;
  if (fstat(Fd(), &file) != 0 || static_cast<std::uint64_t>(file.st_size) <= end + kMostHoleBytes) return;
  // Where that fails, the hole stays; it costs nothing.
  if (ftruncate(Fd(), static_cast<off_t>(end + kExtendBytes)) != 0) return;
}

bool Environment::DiskIsFull() const {
  struct ::statvfs disk{};
  return fstatvfs(Fd(), &disk) == 0 && disk.f_bavail * disk.f_frsize < kExtendBytes;
}

std::uint64_t Environment::FileBytes() const {
  struct ::stat file{};
  return fstat(Fd(), &file) == 0 ? static_cast<std::uint64_t>(file.st_blocks) * 512 : 0;
}

bool Environment::FileIsTheSame() const {
  struct ::stat open_file{};
  struct ::stat named{};
  return fstat(Fd(), &open_file) == 0 && ::stat((path_ / "data.mdb").c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

}  // namespace larder::lmdb
