// The port to a storage engine. Everything a host can plug is behind these two classes.
//
// The laws of a Store are the conformance suite in tests/conformance; docs/writing-a-backend.md explains them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/key.h"
#include "larder/record.h"
#include "larder/time.h"

namespace LARDER_API larder {

// One change. Bytes are a whole record (header and payload): 0 to kMaxRecordBytes, a multiple of 8.
struct WriteOp {
  enum class Type : std::uint8_t { put, put_if_absent, remove };
  Type type = Type::put;
  Key key;
  std::vector<std::byte> record;  // empty for remove
};

// Changes to apply in order. On atomic engines (Traits) all that succeed become visible at once.
class WriteBatch {
 public:
  void Put(const Key& key, std::vector<std::byte> record);
  // Fails with already_exists where HoldsKey (below) says so at WriteOptions::now.
  void PutIfAbsent(const Key& key, std::vector<std::byte> record);
  // Removing what is not there succeeds.
  void Remove(const Key& key);
  std::size_t size() const { return ops_.size(); }
  bool empty() const { return ops_.empty(); }
  std::size_t bytes() const { return bytes_; }  // keys and records
  void Clear();
  const std::vector<WriteOp>& ops() const { return ops_; }

 private:
  std::vector<WriteOp> ops_;
  std::size_t bytes_ = 0;
};

struct WriteOptions {
  // Decides which records count as expired (for PutIfAbsent, and where a bound evicts: those go first), and a relative
  // expiry where the engine has one.
  Time now{};
};

// One Result for each op of the batch, in order. An op that fails alone (too_large, already_exists, a lost server's
// half) leaves the others done; a batch that fails as a whole (disk full) answers an error instead and has changed
// nothing on an atomic engine.
using WriteResults = std::vector<Result<void>>;

// Pins a snapshot where the engine has one. One thread at a time, short-lived: at most kMaxReaderPin; whoever reads
// longer renews (opens another and resumes by key). Spans that it hands out die with the call that gave them, or with
// the Reader for Get. A Reader must not outlive its Store.
inline constexpr std::chrono::milliseconds kMaxReaderPin{1000};

enum class ScanAction : std::uint8_t { go_on, stop };

class Reader {
 public:
  virtual ~Reader() = default;
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // not_found for a miss. The span is valid until the next call on this Reader.
  virtual Result<std::span<const std::byte>> Get(const Key& key) = 0;

  // Calls `visit` once for each key, in no particular order, with its index and the record, not_found, or unavailable.
  using GetManyVisitor = std::function<void(std::size_t index, Result<std::span<const std::byte>> record)>;
  virtual void GetMany(std::span<const Key> keys, const GetManyVisitor& visit) = 0;

  // Visits what lies in `range` in key order (on engines whose Traits say ordered), until `visit` says stop. With
  // headers_only the span may hold only the first kRecordHeaderBytes. unsupported where the engine cannot enumerate.
  struct ScanOptions {
    KeyRange range = KeyRange::All();
    bool headers_only = false;
  };
  using ScanVisitor = std::function<ScanAction(const Key& key, std::span<const std::byte> record)>;
  virtual Result<void> Scan(const ScanOptions& options, const ScanVisitor& visit) = 0;
};

// One slice of collecting garbage. Loop until `done`, giving back `cursor` each time.
struct CollectSlice {
  Time now{};
  // Besides what is expired at `now`, drop whatever expires before this time (0: nothing more). Of this collection
  // only: what is written afterwards lives to its own expiry.
  Time floor{};
  std::optional<Key> cursor = std::nullopt;  // where the last slice stopped
  std::chrono::milliseconds budget{30};      // stop after about this long: with a slow last step it stays under 50 ms
  bool force = false;  // collect although the marker says that `now` is before, or 7 days after, the last Collect
};

struct CollectProgress {
  std::optional<Key> cursor;  // unset: done
  std::uint64_t scanned = 0;
  std::uint64_t removed = 0;
  bool done() const { return !cursor.has_value(); }
};

struct StoreStats {
  std::uint64_t records = 0;
  std::uint64_t live_bytes = 0;                             // in use by the engine for records
  std::uint64_t file_bytes = 0;                             // on disk or held in memory, whatever is in use
  std::uint64_t max_bytes = 0;                              // the bound; 0 where there is none
  std::uint64_t evictions = 0;                              // since open
  std::vector<std::pair<std::string, std::string>> engine;  // the engine's own figures, for people
};

struct StoreTraits {
  std::string_view engine;  // "lmdb"
  bool ordered = false;     // Scan visits in key order, and can start anywhere
  bool snapshot = false;    // a Reader sees one moment
  bool atomic = false;      // a batch is all or nothing against a crash
  bool durable = false;     // survives the process
  bool shared = false;      // other hosts may write at the same time
};

// Safe for concurrent use by any number of threads. Owns its files; closing (destroying) needs every Reader gone.
class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Copies the record into the caller's buffer. A miss is not_found without a message; expired records are still
  // returned (core decides what expired means, in one place). unavailable: the engine did not answer.
  virtual Result<void> Get(const Key& key, RecordBuf& buffer) = 0;

  // unavailable: too many are open, or the engine does not answer.
  virtual Result<std::unique_ptr<Reader>> OpenReader() = 0;

  // Checks every op (too_large; a size that is not a multiple of 8, or the marker's key, as invalid_argument) and hands
  // the rest to the engine.
  Result<WriteResults> Write(const WriteBatch& batch, const WriteOptions& options);

  // Drops what IsCollectable (larder/collect.h) names; done at once where the engine drops by itself (memcached).
  // invalid_argument: the clock is not believed (see `force`), or the store is open for reading only.
  virtual Result<CollectProgress> Collect(const CollectSlice& slice) = 0;

  // Returns when everything acknowledged is as durable as the engine can make it.
  virtual Result<void> Flush() = 0;
  virtual Result<StoreStats> Stats() = 0;
  virtual StoreTraits Traits() const = 0;

 protected:
  // `ops` are the checked ones; one result each is written to the same index of `results` (which come as success).
  // An error return means that the whole batch failed.
  virtual Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                               std::span<Result<void>* const> results) = 0;

 private:
  friend class StoreOver;  // hands checked ops on
};

// True where a record with this expiry, or header, is live at `now`: not expired. The one place that decides it.
inline bool IsLive(Time expiry, Time now) { return expiry == Time{} || expiry > now; }
inline bool IsLive(const RecordHeader& header, Time now) { return IsLive(header.expiry, now); }

// True where PutIfAbsent leaves what lies under `key` alone: a whole record that is live at `now`, or one that a newer
// release wrote. Bytes that nobody can read hold no key.
bool HoldsKey(const Key& key, std::span<const std::byte> record, Time now);

}  // namespace larder
