// The Store on RocksDB: reads go straight to the database, writes through the Writer.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "engine.h"
#include "larder/lock_file.h"
#include "larder/marker.h"
#include "larder/store.h"
#include "writer.h"

namespace larder::rocks {

// A directory that is removed with everything in it.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();

 private:
  std::filesystem::path path_;
};

// What outlives the database: locks and directories.
struct Holdings {
  std::optional<LockFile> lock;             // read_write
  std::optional<ScratchDirectory> scratch;  // secondary without a path of its own
};

class RocksStore final : public Store {
 public:
  RocksStore(Holdings holdings, Engine engine, const StoreMarker& marker, std::chrono::milliseconds catch_up);
  ~RocksStore() override;

  Result<void> Get(const Key& key, RecordBuf& buffer) override;
  Result<std::unique_ptr<Reader>> OpenReader() override;
  Result<CollectProgress> Collect(const CollectSlice& slice) override;
  Result<void> Flush() override;
  Result<StoreStats> Stats() override;
  StoreTraits Traits() const override;

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override;

 private:
  std::unexpected<Error> OnlyReads(std::string_view what) const;
  void CatchUp();
  void AddFigures(StoreStats& stats);

  const Holdings holdings_;
  Engine engine_;
  const StoreMarker opened_;      // the marker as it was at open
  std::optional<Writer> writer_;  // read_write only
  const std::chrono::milliseconds catch_up_;
  std::atomic<std::int64_t> caught_up_ms_;  // steady clock
};

}  // namespace larder::rocks
