#include "refresh/engine.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "refresh/lease.h"
#include "refresh/refresh_report.h"

namespace larder::refresh {
namespace {

// A clock that goes back by more than this was set back.
constexpr std::chrono::seconds kClockStep{1};
// One is read while the loop takes what was read of the other.
constexpr std::size_t kLoadsAtOnce = 2;

}  // namespace

Error StoppedError() { return Error{Errc::cancelled, "the refresher was stopped"}; }

Engine::Engine(http::Timers& timers, Executor& executor, ClientFactory& factory, Store& store, RefresherOptions options)
    : timers_(timers),
      executor_(executor),
      factory_(factory),
      store_(store),
      options_(std::move(options)),
      facts_(executor, store),
      parts_(timers, executor, store, facts_),
      chores_(timers, schedule_, [this] { Arm(); }),
      images_(chores_, options_.source_interval, options_.log),
      collection_(chores_, executor, store, options_.collect_interval, options_.log),
      lease_owner_(NewLeaseOwner()) {
  cycle_options_.check.platforms = options_.platforms;
  cycle_options_.check.retention = options_.retention;
  cycle_options_.list_interval = options_.list_interval;
  cycle_options_.in_flight = options_.in_flight;
  cycle_options_.log = options_.log;
  cycle_options_.on_event = options_.on_event;
  cycle_options_.counts_pulls = options_.counts_pulls;
}

Engine::~Engine() = default;

void Engine::Start(std::shared_ptr<ImageSource> source) {
  if (stop_.stop_requested()) return;
  images_.Start(std::move(source), [this](const auto& came, const auto& left) { TakeImages(came, left); });
  collection_.Start();
}

void Engine::Stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  images_.Stop();
  collection_.Stop();
  stop_.request_stop();
  for (auto& [name, pass] : passes_) pass->stop.request_stop();
  auto wanted = std::exchange(wanted_, {});
  for (auto& [name, waiting] : wanted) {
    for (auto& one : waiting) one.done(ReportOf(StoppedError()));
  }
  MaybeStopped();
}

void Engine::MaybeStopped() {
  if (tasks_ == 0 && stopped_ != nullptr) std::exchange(stopped_, nullptr)();
}

void Engine::Spawn(http::Task<void> task) {
  ++tasks_;
  http::Spawn(std::move(task), [this] {
    --tasks_;
    if (stop_.stop_requested()) {
      MaybeStopped();
    } else {
      Pump();
    }
  });
}

void Engine::TakeImages(const std::vector<std::string>& came, const std::vector<std::string>& left) {
  for (const auto& name : left) {
    schedule_.Forget(name);
    unwritten_.erase(name);
    recount_.erase(name);
    unread_.erase(name);
    suspended_.erase(name);
  }
  for (const auto& name : came) Load(name);
  Pump();
}

void Engine::Load(const std::string& name) {
  if (!loading_.insert(name).second) return;
  to_load_.push_back(name);
  LoadNext();
}

void Engine::LoadNext() {
  while (loads_ < kLoadsAtOnce && !to_load_.empty() && !stop_.stop_requested()) {
    ++loads_;
    std::string name = std::move(to_load_.front());
    to_load_.pop_front();
    Spawn(LoadDues(std::move(name)));
  }
}

http::Task<void> Engine::LoadDues(std::string name) {
  std::function<StoredDues(Store&)> work = [name, interval = options_.list_interval, now = timers_.Now()](
                                               Store& store) { return ReadStoredDues(store, name, interval, now); };
  StoredDues dues = co_await OnStore<StoredDues>(executor_, store_, std::move(work));
  loading_.erase(name);
  --loads_;
  LoadNext();
  if (images_.Find(name) == nullptr) co_return;
  const Time soon = timers_.Now() + kRetryBroken;
  if (!dues.read) {
    unread_.insert(name);
    if (schedule_.Has(name)) {
      // What is known stays; a pass that finds the store in order has them read again.
      schedule_.SetListDue(name, soon);
      co_return;
    }
  }
  if (dues.counts_differ) {
    // A pass that finds that the listing is not due only counts.
    recount_.insert(name);
    dues.list_due = std::min(dues.list_due, soon);
  }
  schedule_.Put(name, dues.list_due, std::move(dues.tags));
}

bool Engine::MayStart(std::string_view name) {
  if (passes_.contains(name)) return false;
  const std::string_view host = name.substr(0, name.find('/'));
  if (crowded_.contains(host)) return false;
  const auto running = running_.find(host);
  if (running == running_.end() || running->second < options_.cycles_per_host) return true;
  crowded_.emplace(host);
  return false;
}

void Engine::Pump() {
  if (stop_.stop_requested()) return;
  const Time now = timers_.Now();
  NoticeClock(now);
  while (const auto chore = schedule_.TakeChore(now)) (*chore)();
  StartAllWanted();
  StartAllDue(now);
  Arm();
}

void Engine::StartAllWanted() {
  std::vector<std::string> ready;
  for (const auto& [name, waiting] : wanted_) {
    const auto pass = passes_.find(name);
    if (pass == passes_.end()) {
      ready.push_back(name);
    } else if (MayCut(*pass->second)) {
      Cut(*pass->second);  // and begins when that has ended, which takes no request
    }
  }
  for (const auto& name : ready) StartWanted(name);
}

// Notes also who has to wait: the passes under way then leave off after a slice.
void Engine::StartAllDue(Time now) {
  crowded_.clear();
  while (cycles_ < options_.cycles) {
    auto due = schedule_.Take(now, [this](std::string_view name) { return MayStart(name); });
    if (!due.has_value()) break;
    StartDue(std::move(*due));
  }
  full_ = cycles_ >= options_.cycles && schedule_.IsAnyDue(now);
}

// Deadlines were made by a clock that was ahead: what the rules allow of them is read from the store again.
void Engine::NoticeClock(Time now) {
  const bool set_back = now + kClockStep < pumped_;
  pumped_ = now;
  if (!set_back) return;
  if (options_.log) options_.log(LogLevel::warning, "the clock was set back: deadlines are looked at again");
  schedule_.HurryChores(now);
  for (const auto& name : schedule_.Names()) {
    schedule_.HoldUntil(name, Time{});
    Load(name);
  }
}

void Engine::Arm() {
  if (stop_.stop_requested()) return;
  auto next = schedule_.NextAfter(pumped_);
  if (const auto chore = schedule_.NextChore(); chore.has_value()) next = std::min(next.value_or(*chore), *chore);
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  if (!next.has_value()) return;
  timer_ = timers_.At(*next, [this] {
    timer_.reset();
    Pump();
  });
}

void Engine::RefreshNow(RefreshRequest request, std::function<void(RefreshReport)> done) {
  if (stop_.stop_requested()) {
    done(ReportOf(StoppedError()));
    return;
  }
  Wanted wanted;
  wanted.request = std::move(request);
  wanted.done = std::move(done);
  wanted.since = timers_.Now();
  if (!wanted.request.ref.tag().empty()) {
    Spawn(RunOne(std::move(wanted)));
    return;
  }
  const std::string name = wanted.request.ref.name().Canonical();
  wanted_[name].push_back(std::move(wanted));
  Pump();
}

void Engine::Prioritize(const ImageName& name) {
  RefreshRequest request;
  request.ref = ImageRef(name, "");
  RefreshNow(std::move(request), [](RefreshReport) {});
}

void Engine::Sample(Duration interval, std::function<bool(Refresher::Status)> take) {
  if (stop_.stop_requested() || !take(GetStatus())) return;
  chores_.At(timers_.Now() + interval, [this, interval, take = std::move(take)] { Sample(interval, take); });
}

Refresher::Status Engine::GetStatus() const {
  Refresher::Status status;
  status.repositories = schedule_.repositories();
  status.tags = schedule_.tags();
  status.cycles = cycles_;
  status.loading = loading_.size();
  status.next_due = schedule_.NextAfter(Time::min());
  status.schedule_bytes = schedule_.bytes();
  const Time now = timers_.Now();
  std::tie(status.due, status.oldest_due) = schedule_.DueAt(now);
  for (const auto& [name, pass] : passes_) {
    const Time since = pass->request.since;
    if (!status.oldest_due.has_value() || since < *status.oldest_due) status.oldest_due = since;
  }
  return status;
}

}  // namespace larder::refresh
