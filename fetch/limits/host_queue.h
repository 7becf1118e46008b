// Who waits for one host's limits, in the order in which they came, the priority lane first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "http/session.h"
#include "http/timers.h"
#include "limits/host_limits.h"

namespace larder {

class HostQueue {
 public:
  using Ticket = std::uint64_t;
  using Done = std::function<void(Result<http::Pass>)>;

  // Both must outlive it.
  HostQueue(HostLimits& limits, http::Timers& timers) : limits_(limits), timers_(timers) {}
  // REQUIRES: Close was called, or nobody waits.
  ~HostQueue();
  HostQueue(const HostQueue&) = delete;
  HostQueue& operator=(const HostQueue&) = delete;

  // Calls `done` once: now where nobody is before it and the host permits, or later.
  Ticket Wait(http::Lane lane, http::Cost cost, Done done);
  bool Waits(Ticket ticket) const { return priority_.contains(ticket) || normal_.contains(ticket); }
  // Its `done` gets `cancelled` now. An unknown ticket is ignored.
  void GiveUp(Ticket ticket);
  // Lets go who may go; after each change of the limits.
  void Pump();
  // Whoever waits gets `cancelled` now, and whoever comes.
  void Close();
  std::size_t waiting() const { return priority_.size() + normal_.size(); }

 private:
  struct Waiter {
    http::Cost cost;
    Done done;
  };
  using Lane = std::map<Ticket, Waiter>;
  Lane& First() { return priority_.empty() ? normal_ : priority_; }
  void WakeAt(Time when);

  HostLimits& limits_;
  http::Timers& timers_;
  Lane priority_, normal_;
  Ticket last_ticket_ = 0;
  bool pumping_ = false;
  bool closed_ = false;
  std::optional<http::Timers::Id> timer_;
};

}  // namespace larder
