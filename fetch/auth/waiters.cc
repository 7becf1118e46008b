#include "auth/waiters.h"

namespace larder {

http::Task<bool> Waiters::Wait(std::shared_ptr<Waiters> self, std::stop_token stop) {
  if (stop.stop_requested()) co_return false;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  auto start = [&](http::Callback<bool>::Done done) {
    const Ticket ticket = ++self->last_ticket_;
    self->waiting_.emplace(ticket, std::move(done));
    // Runs in whatever thread requests the stop, so it only posts.
    on_stop.emplace(stop, [weak = std::weak_ptr(self), ticket, &timers = self->timers_] {
      timers.Post([weak, ticket] {
        if (const auto waiters = weak.lock()) waiters->End(ticket, false);
      });
    });
  };
  http::Callback<bool> callback(start);
  const bool woken = co_await callback;
  co_return woken;
}

void Waiters::WakeAll() {
  while (!waiting_.empty()) WakeOne();
}

void Waiters::WakeOne() {
  if (waiting_.empty()) return;
  auto waiter = waiting_.extract(waiting_.begin());
  timers_.Post([done = std::move(waiter.mapped())] { done(true); });
}

void Waiters::End(Ticket ticket, bool woken) {
  auto waiter = waiting_.extract(ticket);
  if (!waiter.empty()) waiter.mapped()(woken);
}

}  // namespace larder
