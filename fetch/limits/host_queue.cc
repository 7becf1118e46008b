#include "limits/host_queue.h"

#include <algorithm>
#include <utility>

namespace larder {
namespace {
std::unexpected<Error> GivenUp() { return Fail(Errc::cancelled, "given up while waiting for the rate limit"); }
}  // namespace

bool HostQueue::Waits(Ticket ticket) const {
  return std::ranges::any_of(lanes_, [&](const Lane& lane) { return lane.contains(ticket); });
}

std::size_t HostQueue::waiting() const {
  std::size_t count = 0;
  for (const auto& lane : lanes_) count += lane.size();
  return count;
}

HostQueue::Lane& HostQueue::First() {
  const auto first = std::find_if(lanes_.rbegin(), lanes_.rend() - 1, [](const Lane& lane) { return !lane.empty(); });
  return *first;
}

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
  lanes_[static_cast<std::size_t>(lane)].emplace(ticket, Waiter{cost, std::move(done)});
  Pump();
  return ticket;
}

std::optional<Result<http::Pass>> HostQueue::Try(http::Cost cost) {
  if (closed_ || pumping_ || waiting() > 0) return std::nullopt;
  const Time now = timers_.Now();
  Result<Time> next = limits_.Next(cost, now);
  if (!next) return std::unexpected(std::move(next).error());
  if (*next > now) return std::nullopt;
  return limits_.Enter(cost, now);
}

void HostQueue::GiveUp(Ticket ticket) {
  for (auto& lane : lanes_) {
    auto waiter = lane.extract(ticket);
    if (waiter.empty()) continue;
    waiter.mapped().done(GivenUp());
    return;
  }
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
