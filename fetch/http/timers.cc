#include "http/timers.h"

#include <memory>
#include <optional>
#include <utility>

namespace larder::http {

namespace {

// Of one sleep; touched on the loop's thread only, and held by whatever may still end it.
struct Sleep {
  Callback<bool>::Done done;
  Timers::Id timer = 0;

  void End(bool came) {
    if (auto end = std::exchange(done, nullptr)) end(came);
  }
};

}  // namespace

Task<bool> SleepUntil(Timers& timers, Time when, std::stop_token stop) {
  if (stop.stop_requested()) co_return false;
  auto sleep = std::make_shared<Sleep>();
  // Runs in whatever thread requests the stop, so it only posts. Destroyed with this frame, on the loop's thread.
  std::function<void()> request = [sleep, &timers] {
    timers.Post([sleep, &timers] {
      if (sleep->done == nullptr) return;
      timers.Cancel(sleep->timer);
      sleep->End(false);
    });
  };
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  auto start = [&](Callback<bool>::Done done) {
    sleep->done = std::move(done);
    sleep->timer = timers.At(when, [sleep] { sleep->End(true); });
    on_stop.emplace(stop, std::move(request));
  };
  Callback<bool> callback(start);
  const bool came = co_await callback;
  co_return came;
}

}  // namespace larder::http
