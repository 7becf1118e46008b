// The calls of one client that have not ended: each ends exactly once, at the latest with its client.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "http/task.h"
#include "larder/client.h"

namespace larder {

class Call {
 public:
  virtual ~Call() = default;
  // On the loop's thread: the caller gets `cancelled` now, and what is under way is asked to stop.
  virtual void Abandon() = 0;
};

// Safe for concurrent use: calls begin on any thread and end on the loop's.
class Calls {
 public:
  std::uint64_t Add(std::shared_ptr<Call> call) {
    const std::lock_guard lock(mutex_);
    calls_.emplace(++last_id_, std::move(call));
    return last_id_;
  }
  void Remove(std::uint64_t id) {
    std::shared_ptr<Call> gone;  // after the lock: what it holds may come back here
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    gone = std::move(found->second);
    calls_.erase(found);
  }
  void AbandonAll() {
    std::map<std::uint64_t, std::shared_ptr<Call>> calls;
    {
      const std::lock_guard lock(mutex_);
      calls.swap(calls_);
    }
    for (const auto& [id, call] : calls) call->Abandon();
  }

 private:
  std::mutex mutex_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Call>> calls_;
};

template <class T>
class CallOf final : public Call {
 public:
  using Done = std::function<void(FetchResult<T>)>;
  explicit CallOf(Done done) : done_(std::move(done)) {}

  // On the loop's thread, all of these.
  void Link(std::stop_token callers) {
    on_stop_.emplace(std::move(callers), std::function<void()>([this] { stop_.request_stop(); }));
  }
  std::stop_token token() const { return stop_.get_token(); }
  bool ended() const { return ended_; }
  void End(FetchResult<T> result) {
    if (std::exchange(ended_, true)) return;
    on_stop_.reset();
    const Done done = std::exchange(done_, nullptr);
    if (done) done(std::move(result));
  }
  void Abandon() override {
    stop_.request_stop();
    End(std::unexpected(FetchError{Error{Errc::cancelled, "its client was closed"}, Blame::none, 0}));
  }

 private:
  Done done_;
  bool ended_ = false;
  std::stop_source stop_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;  // before stop_ it goes
};

}  // namespace larder
