#include "http/slots.h"

#include <algorithm>
#include <utility>

namespace larder::http {

Slots::Slots(int limit) : limit_(std::clamp(limit, 1, kMaxInFlightPerHost - 1)) {}

bool Slots::Take(Lane lane) {
  if (!QueueOf(lane).empty() || in_flight_ >= Limit(lane)) return false;
  ++in_flight_;
  return true;
}

Slots::Ticket Slots::Wait(Lane lane, std::function<void()> granted) {
  QueueOf(lane).push_back({++last_ticket_, std::move(granted)});
  return last_ticket_;
}

bool Slots::Forget(Ticket ticket) {
  for (auto& queue : queues_) {
    const auto found = std::ranges::find(queue, ticket, &Waiter::ticket);
    if (found == queue.end()) continue;
    const std::function<void()> gone = std::move(found->granted);
    queue.erase(found);
    return true;
  }
  return false;
}

std::deque<Slots::Waiter>* Slots::Next() {
  for (const Lane lane : {Lane::priority, Lane::soon, Lane::normal}) {
    if (!QueueOf(lane).empty() && in_flight_ < Limit(lane)) return &QueueOf(lane);
  }
  return nullptr;
}

std::size_t Slots::waiting() const {
  std::size_t count = 0;
  for (const auto& queue : queues_) count += queue.size();
  return count;
}

void Slots::Release() {
  --in_flight_;
  // Who is granted a slot may give it back at once (a closed gate): this loop hands it on, not a deeper call.
  if (granting_) return;
  granting_ = true;
  const std::weak_ptr<char> alive = alive_;
  while (auto* queue = Next()) {
    const std::function<void()> granted = std::move(queue->front().granted);
    queue->pop_front();
    ++in_flight_;
    granted();
    if (alive.expired()) return;
  }
  granting_ = false;
}

}  // namespace larder::http
