#include "limits/host_queue.h"

#include <utility>

namespace larder {
namespace {
std::unexpected<Error> GivenUp() { return Fail(Errc::cancelled, "given up while waiting for the rate limit"); }
}  // namespace

HostQueue::~HostQueue() {
  if (timer_) timers_.Cancel(*timer_);
}

void HostQueue::Close() {
  closed_ = true;
  while (waiting() > 0) {
    auto waiter = First().extract(First().begin());
    waiter.mapped().done(GivenUp());
  }
}

HostQueue::Ticket HostQueue::Wait(http::Lane lane, http::Cost cost, Done done) {
  const Ticket ticket = ++last_ticket_;
  if (closed_) {
    done(GivenUp());
    return ticket;
  }
  (lane == http::Lane::priority ? priority_ : normal_).emplace(ticket, Waiter{cost, std::move(done)});
  Pump();
  return ticket;
}

void HostQueue::GiveUp(Ticket ticket) {
  auto waiter = priority_.extract(ticket);
  if (waiter.empty()) waiter = normal_.extract(ticket);
  if (waiter.empty()) return;
  waiter.mapped().done(GivenUp());
}

void HostQueue::Pump() {
  if (pumping_ || closed_) return;
  pumping_ = true;
  while (waiting() > 0) {
    Lane& lane = First();
    const Time now = timers_.Now();
    Result<Time> next = limits_.Next(lane.begin()->second.cost, now);
    if (next && *next > now) {
      WakeAt(*next);
      break;
    }
    auto waiter = lane.extract(lane.begin());
    if (next) {
      waiter.mapped().done(limits_.Enter(waiter.mapped().cost, now));
    } else {
      waiter.mapped().done(std::unexpected(std::move(next).error()));
    }
  }
  pumping_ = false;
}

void HostQueue::WakeAt(Time when) {
  if (timer_) timers_.Cancel(*timer_);
  timer_ = timers_.At(when, [this] {
    timer_.reset();
    Pump();
  });
}

}  // namespace larder
