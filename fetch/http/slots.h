// Requests in flight at one host: so many at once, lane by lane and first in first out, and one more that only the
// priority lane takes.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "http/session.h"

namespace larder::http {

// One thread. Curl's own limit per host is not used: it counts waiting as transfer time, and is not first in first out.
class Slots {
 public:
  using Ticket = std::uint64_t;

  // `limit` is clipped to 1 .. kMaxInFlightPerHost - 1: the last one is the priority lane's.
  explicit Slots(int limit);

  // Whether one was free and nobody of that lane waits: it is then taken.
  bool Take(Lane lane);
  // Calls `granted` once one is taken for it, from inside some Release. What it does may release, wait and take, and
  // may destroy this object.
  Ticket Wait(Lane lane, std::function<void()> granted);
  // Forgets who waits; `granted` is not called any more. False: no such ticket waits.
  bool Forget(Ticket ticket);
  // Gives one back, and hands it on.
  void Release();

  int in_flight() const { return in_flight_; }
  std::size_t waiting() const;

 private:
  struct Waiter {
    Ticket ticket;
    std::function<void()> granted;
  };
  int Limit(Lane lane) const { return lane == Lane::priority ? limit_ + 1 : limit_; }
  std::deque<Waiter>& QueueOf(Lane lane) { return queues_[static_cast<std::size_t>(lane)]; }
  std::deque<Waiter>* Next();

  const int limit_;
  int in_flight_ = 0;
  Ticket last_ticket_ = 0;
  bool granting_ = false;
  std::array<std::deque<Waiter>, 3> queues_;  // by lane
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace larder::http
