// Collects what a cycle writes, and writes it at the latest every 512 records or every second: what a kill may lose.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "http/timers.h"
#include "larder/log.h"
#include "refresh/executor.h"
#include "refresh/telling.h"

namespace larder::refresh {

inline constexpr std::size_t kMaxBatch = 512;
inline constexpr std::chrono::seconds kMaxHeld{1};

// The loop's thread only. Drain before destroying.
class BatchWriter {
 public:
  // `telling` is given what the batches change, once they are stored. `state` answers the repository's state, for a
  // store that has none. What is given must outlive the last Drain.
  BatchWriter(Executor& executor, Store& store, http::Timers& timers, Log log, Telling& telling,
              std::function<RepositoryRecord()> state)
      : executor_(executor),
        store_(store),
        timers_(timers),
        log_(std::move(log)),
        telling_(telling),
        state_(std::move(state)) {}
  ~BatchWriter();
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;

  void Put(const Key& key, std::vector<std::byte> record);
  void Remove(const Key& key);
  // Something was told that the state still notes as untold: the next write leaves that out, as soon as any other.
  void NoteTold();
  // Forgets what is not written yet, and whatever comes.
  void Discard();
  // Returns when everything given so far is in the store (or failed, and is counted).
  http::Task<void> Drain();

  std::uint64_t failed() const { return failed_; }
  std::uint64_t written() const { return written_; }
  const std::optional<Error>& first_error() const { return first_error_; }

 private:
  void Added();
  void Hold();
  void Start();
  http::Task<void> Written();
  http::Task<void> WriteOut(std::shared_ptr<WriteBatch> batch);
  std::function<Stored(Store&)> WorkOf(std::shared_ptr<WriteBatch> batch) const;

  Executor& executor_;
  Store& store_;
  http::Timers& timers_;
  Log log_;
  Telling& telling_;
  std::function<RepositoryRecord()> state_;
  WriteBatch batch_;
  bool discards_ = false;
  bool drains_ = false;
  bool told_ = false;  // NoteTold, since the last write
  std::optional<http::Timers::Id> timer_;
  std::size_t writing_ = 0;
  http::Callback<bool>::Done drained_;
  std::uint64_t failed_ = 0;
  std::uint64_t written_ = 0;
  std::optional<Error> first_error_;
};

}  // namespace larder::refresh
