// Collects what a cycle writes, and writes it at the latest every 512 records or every second: what a kill may lose.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "http/timers.h"
#include "larder/log.h"
#include "refresh/executor.h"

namespace larder::refresh {

inline constexpr std::size_t kMaxBatch = 512;
inline constexpr std::chrono::seconds kMaxHeld{1};

// The loop's thread only. Drain before destroying.
class BatchWriter {
 public:
  BatchWriter(Executor& executor, Store& store, http::Timers& timers, Log log)
      : executor_(executor), store_(store), timers_(timers), log_(std::move(log)) {}
  ~BatchWriter();
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;

  void Put(const Key& key, std::vector<std::byte> record);
  void Remove(const Key& key);
  // Returns when everything given so far is in the store (or failed, and is counted).
  http::Task<void> Drain();

  std::uint64_t failed() const { return failed_; }
  const std::optional<Error>& first_error() const { return first_error_; }

 private:
  void Added();
  void Start();
  http::Task<void> WriteOut(std::shared_ptr<WriteBatch> batch);

  Executor& executor_;
  Store& store_;
  http::Timers& timers_;
  Log log_;
  WriteBatch batch_;
  std::optional<http::Timers::Id> timer_;
  std::size_t writing_ = 0;
  http::Callback<bool>::Done drained_;
  std::uint64_t failed_ = 0;
  std::optional<Error> first_error_;
};

}  // namespace larder::refresh
