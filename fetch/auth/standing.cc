#include "auth/standing.h"

#include <algorithm>
#include <utility>

namespace larder {

struct Standing::Turn::Place {
  explicit Place(http::Timers& timers) : waiters(std::make_shared<Waiters>(timers)) {}
  bool accepted = false;
  bool taken = false;
  Time refused_until{};
  std::shared_ptr<Waiters> waiters;
};

Standing::Turn::Turn() = default;
Standing::Turn::Turn(std::shared_ptr<Place> place) : place_(std::move(place)) { place_->taken = true; }
Standing::Turn::Turn(Turn&& other) noexcept : place_(std::exchange(other.place_, nullptr)) {}
Standing::Turn& Standing::Turn::operator=(Turn&& other) noexcept {
  std::swap(place_, other.place_);
  return *this;
}
Standing::Turn::~Turn() {
  if (place_ == nullptr) return;
  place_->taken = false;
  place_->waiters->WakeAll();
}

http::Task<Result<Standing::Turn>> Standing::Take(std::string place, std::stop_token stop) {
  const std::shared_ptr<Turn::Place> entry = PlaceOf(place);
  while (entry->taken && !entry->accepted) {
    const bool woken = co_await Waiters::Wait(entry->waiters, stop);
    if (!woken) co_return Fail(Errc::cancelled, "given up while a credential was tried");
  }
  if (entry->accepted || RefusedUntil(place)) co_return Turn();
  co_return Turn(entry);
}

void Standing::Accept(const std::string& place) {
  const auto entry = PlaceOf(place);
  entry->accepted = true;
  entry->refused_until = Time{};
  entry->waiters->WakeAll();
}

void Standing::Refuse(const std::string& place) {
  const auto entry = PlaceOf(place);
  entry->accepted = false;
  entry->refused_until = timers_.Now() + remember_;
}

bool Standing::Accepted(const std::string& place) const {
  const auto found = places_.find(place);
  return found != places_.end() && found->second->accepted;
}

std::optional<Time> Standing::RefusedUntil(const std::string& place) const {
  const auto found = places_.find(place);
  if (found == places_.end()) return std::nullopt;
  const Time until = found->second->refused_until;
  const Time now = timers_.Now();
  // Further ahead than is ever remembered lies only what a clock that was set back left there.
  if (until <= now || until > now + remember_) return std::nullopt;
  return until;
}

std::shared_ptr<Standing::Turn::Place> Standing::PlaceOf(const std::string& place) {
  std::shared_ptr<Turn::Place> entry = places_[place];
  if (entry == nullptr) {
    entry = std::make_shared<Turn::Place>(timers_);
    places_[place] = entry;
    if (places_.size() > drop_at_) DropOld();
  }
  return entry;
}

void Standing::DropOld() {
  std::erase_if(places_, [&](const auto& item) {
    const Turn::Place& place = *item.second;
    return item.second.use_count() == 1 && !place.taken && !place.accepted && place.refused_until <= timers_.Now();
  });
  drop_at_ = std::max<std::size_t>(1024, places_.size() * 2);
}

}  // namespace larder
