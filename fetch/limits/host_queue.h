// Who waits for one host's limits, lane by lane, in each in the order in which they came.
#pragma once

#include <array>
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
  // What Wait would call `done` with at once; nullopt where it may not.
  std::optional<Result<http::Pass>> Try(http::Cost cost);
  bool Waits(Ticket ticket) const;
  // Its `done` gets `cancelled` now. An unknown ticket is ignored.
  void GiveUp(Ticket ticket);
  // Lets go who may go; after each change of the limits.
  void Pump();
  // Whoever waits gets `cancelled` now, and whoever comes.
  void Close();
  std::size_t waiting() const;

 private:
  struct Waiter {
    http::Cost cost;
    Done done;
  };
  using Lane = std::map<Ticket, Waiter>;
  // The lane whose turn it is; REQUIRES: somebody waits.
  Lane& First();
  void WakeAt(Time when);

  HostLimits& limits_;
  http::Timers& timers_;
  std::array<Lane, 3> lanes_;  // by http::Lane
  Ticket last_ticket_ = 0;
  bool pumping_ = false;
  bool closed_ = false;
  std::optional<http::Timers::Id> timer_;
};

}  // namespace larder
