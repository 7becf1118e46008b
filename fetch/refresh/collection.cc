#include "refresh/collection.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace larder::refresh {

void Collection::Start() {
  // A store that hosts share (memcached) drops what has expired by itself.
  if (running_ || interval_ <= Duration::zero() || store_.Traits().shared) return;
  running_ = true;
  Arm(std::min<Duration>(interval_, kFirstCollection));
}

void Collection::Stop() {
  running_ = false;
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
}

void Collection::Arm(Duration after) {
  timer_ = timers_.At(timers_.Now() + after, [this] {
    timer_.reset();
    const bool force = refused_since_.has_value() && timers_.Now() - *refused_since_ >= kBelieveClock;
    Slice(std::nullopt, force);
  });
}

// One slice a job of the executor, so that reads and writes come in between.
void Collection::Slice(std::optional<Key> cursor, bool force) {
  CollectSlice slice;
  slice.now = timers_.Now();
  slice.cursor = cursor;
  slice.force = force;
  auto progress = std::make_shared<std::optional<Result<CollectProgress>>>();
  executor_.Execute([this, slice, progress] { progress->emplace(store_.Collect(slice)); },
                    [this, progress, force] {
                      if (running_) Ended(std::move(**progress), force);
                    });
}

void Collection::Ended(Result<CollectProgress> progress, bool force) {
  if (progress.has_value() && !progress->done()) {
    Slice(progress->cursor, force);
    return;
  }
  if (progress.has_value()) {
    refused_since_.reset();
  } else {
    const bool refused = progress.error().code == Errc::invalid_argument;
    const bool told = refused && refused_since_.has_value();
    if (refused && !told) refused_since_ = timers_.Now();
    if (log_ && !told) log_(LogLevel::warning, "what has expired was not dropped: " + progress.error().ToString());
  }
  Arm(interval_);
}

}  // namespace larder::refresh
