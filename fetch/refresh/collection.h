// Dropping what has expired, now and then, in slices between other work of the store.
#pragma once

#include <functional>
#include <optional>

#include "http/timers.h"
#include "larder/log.h"
#include "refresh/executor.h"

namespace larder::refresh {

// After the start, before the first collection: a refresher that is restarted every day collects too.
inline constexpr std::chrono::minutes kFirstCollection{10};
// A store refuses to collect where the clock is more than a week after the last time. A clock that still says so after
// this long is believed.
inline constexpr std::chrono::hours kBelieveClock{24};

// The loop's thread only. Stop, and await the executor's end, before destroying.
class Collection {
 public:
  // `interval` 0: never.
  Collection(http::Timers& timers, Executor& executor, Store& store, Duration interval, Log log)
      : timers_(timers), executor_(executor), store_(store), interval_(interval), log_(std::move(log)) {}
  ~Collection() { Stop(); }
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  void Start();
  void Stop();

 private:
  void Arm(Duration after);
  void Slice(std::optional<Key> cursor, bool force);
  void Ended(Result<CollectProgress> progress, bool force);

  http::Timers& timers_;
  Executor& executor_;
  Store& store_;
  Duration interval_;
  Log log_;
  std::optional<http::Timers::Id> timer_;
  std::optional<Time> refused_since_;
  bool running_ = false;
};

}  // namespace larder::refresh
