// One open LMDB environment: the file, its map, and the readers of this process.
#pragma once

#include <lmdb.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "larder/error.h"

#include "fork_guard.h"
#include "read_txn.h"
#include "txn_pool.h"

namespace larder::lmdb {

// Safe for concurrent use, except where a method says what it requires. A process has one for a directory: see
// OpenTable.
class Environment {
 public:
  enum class Access : std::uint8_t {
    create,    // make the files where they are missing
    existing,  // write if that is allowed, else read
  };
  static Result<std::unique_ptr<Environment>> Open(const std::filesystem::path& directory, Access access);
  // In a forked child it releases nothing.
  ~Environment();

  const std::filesystem::path& path() const { return path_; }
  MDB_env* env() const { return env_; }
  MDB_dbi dbi() const { return dbi_; }
  std::uint64_t page_bytes() const { return page_bytes_; }
  // The system lets this process only read.
  bool read_only() const { return read_only_; }
  bool Forked() const { return fork_guard_.Forked(); }
  const TxnPool& pool() const { return pool_; }
  // unavailable in a forked child, and after the map was lost.
  Result<void> Usable() const;

  // A snapshot of now, for a moment. Does not allocate once the pool is warm.
  Result<ReadTxn> Read() {
    if (TxnPool::Slot* slot = TryBegin(); slot != nullptr) return ReadTxn(*this, *slot);
    return Begin(false);
  }
  // The same for a Reader: its age is known to whoever wonders where the pages are.
  Result<ReadTxn> Pin();

  // Held by the one thread that writes, remaps, or measures in order to write.
  std::mutex& write_mutex() { return write_mutex_; }

  // REQUIRES of all below: write_mutex is held, no write transaction is open, and this thread holds no ReadTxn.
  Result<ReadTxn> ReadAsWriter() { return Begin(true); }
  // Waits for the readers of this process, then maps that many bytes (0: as many as the file says, where the map does
  // not reach its last page). unavailable where a reader does not end in time.
  Result<void> Remap(std::uint64_t bytes, std::chrono::milliseconds patience = kRemapPatience);
  static constexpr std::chrono::milliseconds kRemapPatience{2000};  // twice what a Reader may take
  std::uint64_t map_bytes() const;
  // Makes the file at least that many pages long, the map's end at most. Answers an error number. A write transaction
  // may be open.
  int ExtendFile(std::uint64_t pages);
  // Cuts a hole of more than 8 MiB after the last page. REQUIRES besides: no write transaction is open.
  void TrimFile();
  bool DiskIsFull() const;
  // Bytes that the file takes on disk.
  std::uint64_t FileBytes() const;
  // True where data.mdb is still the file that is open: it was not removed or replaced.
  bool FileIsTheSame() const;

 private:
  explicit Environment(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void> OpenFiles(Access access);
  Result<void> CheckLength() const;
  Result<void> OpenDatabase();
  // What nearly every read finds: this thread's slot free, its transaction made. Null where anything is otherwise.
  TxnPool::Slot* TryBegin();
  // Renews the transaction, or makes it where there is none: a thread never reads what is older than what it read
  // before. Answers an error number.
  int Start(MDB_txn*& txn);
  Result<ReadTxn> Begin(bool as_writer);
  Result<void> AfterFailedBegin(int rc, bool as_writer);
  int Fd() const;

  std::filesystem::path path_;
  ForkGuard fork_guard_;
  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0;
  std::uint64_t page_bytes_ = 0;
  bool read_only_ = false;
  std::atomic<bool> map_lost_{false};
  std::mutex write_mutex_;
  TxnPool pool_;
};

// LMDB 0.9 notes the number of the last commit, then copies that commit's roots out of one of two pages that commits
// take turns with. Where two more commits come between, it copies the newer roots under the older number, and the next
// read can find the commit in the middle.
inline int Environment::Start(MDB_txn*& txn) {
  for (;;) {
    const int rc = txn == nullptr ? mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) : mdb_txn_renew(txn);
    MDB_envinfo info;
    if (rc != 0 || mdb_env_info(env_, &info) != 0 || info.me_last_txnid < mdb_txn_id(txn) + 2) return rc;
    mdb_txn_reset(txn);
  }
}

inline TxnPool::Slot* Environment::TryBegin() {
  if (Forked()) return nullptr;
  TxnPool::Slot* slot = pool_.TryClaimFirst();
  if (slot == nullptr) return nullptr;
  if (slot->txn != nullptr && !map_lost_.load(std::memory_order_relaxed) && Start(slot->txn) == 0) return slot;
  TxnPool::Release(*slot);
  return nullptr;
}

inline ReadTxn::~ReadTxn() {
  if (slot_ == nullptr || environment_->Forked()) return;
  mdb_txn_reset(slot_->txn);
  TxnPool::Release(*slot_);
}

}  // namespace larder::lmdb
