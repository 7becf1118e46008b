#include "http/timers.h"

#include <memory>
#include <optional>

namespace larder::http {

Task<bool> SleepUntil(Timers& timers, Time when, std::stop_token stop) {
  if (stop.stop_requested()) co_return false;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  auto start = [&](Callback<bool>::Done done) {
    auto id = std::make_shared<std::optional<Timers::Id>>();
    auto once = std::make_shared<Callback<bool>::Done>(std::move(done));
    *id = timers.At(when, [once] { std::exchange(*once, nullptr)(true); });
    on_stop.emplace(stop, [id, once, &timers] {
      if (*once == nullptr) return;
      timers.Cancel(**id);
      // Resumed from the loop: this callback must have returned before the coroutine destroys it.
      timers.At(Time{}, [once] { std::exchange(*once, nullptr)(false); });
    });
  };
  Callback<bool> callback(start);
  const bool came = co_await callback;
  co_return came;
}

}  // namespace larder::http
