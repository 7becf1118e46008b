#include "refresh/engine.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "larder/refresh_rules.h"
#include "refresh/lease.h"
#include "refresh/refresh_report.h"

namespace larder::refresh {
namespace {

// Before a repository is tried again whose cycle could not even begin (the store, a name without a client).
constexpr std::chrono::seconds kRetryBroken{60};

std::string HostOf(std::string_view name) { return std::string(name.substr(0, name.find('/'))); }

Error Stopped() { return Error{Errc::cancelled, "the refresher was stopped"}; }

}  // namespace

Engine::Engine(http::Timers& timers, Executor& executor, ClientFactory& factory, Store& store, RefresherOptions options)
    : timers_(timers),
      executor_(executor),
      factory_(factory),
      store_(store),
      options_(std::move(options)),
      facts_(executor, store),
      parts_(timers, executor, store, facts_),
      images_(timers, options_.source_interval, options_.log),
      collection_(timers, executor, store, options_.collect_interval, options_.log),
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
  images_.Start(std::move(source), [this](const auto& came, const auto& left) { TakeImages(came, left); });
  collection_.Start();
}

void Engine::Stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  images_.Stop();
  collection_.Stop();
  stop_.request_stop();
  auto wanted = std::exchange(wanted_, {});
  for (auto& [name, waiting] : wanted) {
    for (auto& one : waiting) one.done(ReportOf(Stopped()));
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
  for (const auto& name : left) schedule_.Forget(name);
  for (const auto& name : came) Load(name);
  Pump();
}

void Engine::Load(const std::string& name) {
  if (loading_.insert(name).second) Spawn(LoadDues(name));
}

http::Task<void> Engine::LoadDues(std::string name) {
  std::function<StoredDues(Store&)> work = [name, now = timers_.Now()](Store& store) {
    return ReadStoredDues(store, name, now);
  };
  StoredDues dues = co_await OnStore<StoredDues>(executor_, store_, std::move(work));
  loading_.erase(name);
  if (images_.Find(name) != nullptr) schedule_.Put(name, dues.list_due, std::move(dues.tags));
}

bool Engine::MayStart(std::string_view name) const {
  if (busy_.contains(name)) return false;
  const auto host = running_.find(HostOf(name));
  return host == running_.end() || host->second < options_.cycles_per_host;
}

void Engine::Pump() {
  if (stop_.stop_requested()) return;
  std::vector<std::string> ready;
  for (const auto& [name, waiting] : wanted_) {
    if (!busy_.contains(name)) ready.push_back(name);
  }
  for (const auto& name : ready) StartWanted(name);
  const Time now = timers_.Now();
  while (cycles_ < options_.cycles) {
    auto due = schedule_.Take(now, [this](std::string_view name) { return MayStart(name); });
    if (!due.has_value()) break;
    StartDue(std::move(*due));
  }
  Arm();
}

void Engine::Arm() {
  if (stop_.stop_requested()) return;
  const auto next = schedule_.NextAfter(timers_.Now());
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  if (!next.has_value()) return;
  timer_ = timers_.At(*next, [this] {
    timer_.reset();
    Pump();
  });
}

void Engine::StartDue(Schedule::Due due) {
  CycleRequest request;
  const auto* in_use = images_.Find(due.name);
  if (in_use == nullptr) {
    schedule_.Forget(due.name);
    return;
  }
  request.name = in_use->name;
  request.since = due.since;
  request.list = due.list;
  request.items = std::move(due.items);
  Spawn(RunCycle(due.name, std::move(request), {}, false));
}

void Engine::StartWanted(const std::string& name) {
  auto node = wanted_.extract(name);
  std::vector<Wanted> waiting = std::move(node.mapped());
  CycleRequest request;
  request.name = waiting.front().request.ref.name();
  request.list = true;
  request.list_anyway = true;
  request.since = timers_.Now();
  for (const auto& one : waiting) request.all = request.all || one.request.all;
  Spawn(RunCycle(name, std::move(request), std::move(waiting), true));
}

// What the image or the request brings; else what the source finds.
http::Task<Result<Credentials>> Engine::CredentialsFor(ImageName name, const std::vector<Wanted>& waiting) {
  Credentials credentials;
  if (const auto* in_use = images_.Find(name.Canonical()); in_use != nullptr) credentials = in_use->credentials;
  for (const auto& one : waiting) {
    if (one.request.credentials.has_value()) credentials.Merge(*one.request.credentials);
  }
  if (options_.credentials == nullptr || credentials.For(name).has_value()) co_return credentials;
  using Answer = CredentialSource::Answer;
  std::function<void(http::Callback<Answer>::Done)> start = [this, &name](http::Callback<Answer>::Done done) {
    options_.credentials->CredentialFor(name, stop_.get_token(), [this, done = std::move(done)](Answer answer) {
      timers_.Post([done, answer = std::move(answer)] { done(answer); });
    });
  };
  http::Callback<Answer> callback(std::move(start));
  Answer answer = co_await callback;
  if (!answer.has_value()) co_return std::unexpected<Error>(std::move(answer).error());
  if (answer->has_value()) credentials.Add(name.Registry(), std::move(**answer));
  co_return credentials;
}

http::Task<Result<std::unique_ptr<Client>>> Engine::ClientFor(ImageName name, const std::vector<Wanted>& waiting,
                                                              Urgency urgency) {
  Result<Credentials> credentials = co_await CredentialsFor(name, waiting);
  if (!credentials.has_value()) co_return std::unexpected<Error>(std::move(credentials).error());
  co_return factory_.ClientFor(name, *credentials, urgency);
}

http::Task<bool> Engine::Lease(std::string name) {
  const Time now = timers_.Now();
  std::function<Result<bool>(Store&)> work = [name, owner = lease_owner_, now](Store& store) {
    return TakeLease(store, name, owner, now);
  };
  Result<bool> taken = co_await OnStore<Result<bool>>(executor_, store_, std::move(work));
  // A store that does not answer is found out by the cycle itself.
  co_return taken.value_or(true);
}

http::Task<void> Engine::RunCycle(std::string name, CycleRequest request, std::vector<Wanted> waiting, bool urgent) {
  busy_[name] = request.since;
  ++cycles_;
  ++running_[HostOf(name)];
  const ImageName image_name = request.name;
  CycleReport report;
  const bool shared = store_.Traits().shared;
  bool mine = true;
  if (shared) mine = co_await Lease(name);
  const Urgency urgency = urgent ? Urgency::now : Urgency::background;
  Result<std::unique_ptr<Client>> client = co_await ClientFor(image_name, waiting, urgency);
  if (!client.has_value()) {
    FetchError error;
    error.error = std::move(client).error();
    error.blame = Blame::credential;
    report.hold_until = error.error.retry_at.value_or(timers_.Now() + kRetryBroken);
    report.error = std::move(error);
  } else if (!mine && !urgent) {
    report.adopted = true;
    report.hold_until = timers_.Now() + kLeaseRetry;
  } else {
    Cycle::Progress progress = [&waiting](std::size_t done, std::size_t total) {
      for (const auto& one : waiting) {
        if (one.request.progress) one.request.progress(done, total);
      }
    };
    Cycle cycle(parts_, cycle_options_, **client, request, stop_.get_token(), std::move(progress));
    report = co_await cycle.Run();
  }
  if (shared && mine) {
    std::function<bool(Store&)> work = [name, now = timers_.Now()](Store& store) {
      DropLease(store, name, now);
      return true;
    };
    co_await OnStore<bool>(executor_, store_, std::move(work));
  }
  if (!report.error.has_value()) factory_.Succeed(image_name);
  busy_.erase(name);
  --cycles_;
  if (auto host = running_.find(HostOf(name)); --host->second == 0) running_.erase(host);
  AfterCycle(name, request, report);
  if (options_.notify && Changed(report)) options_.notify(image_name);
  const RefreshReport told = ReportOf(report);
  for (auto& one : waiting) one.done(told);
}

void Engine::AfterCycle(const std::string& name, const CycleRequest& request, const CycleReport& report) {
  if (!schedule_.Has(name)) return;
  const Time now = timers_.Now();
  const Time list_due = report.has_state ? report.state.deadline : std::max(now + kRetryBroken, report.hold_until);
  schedule_.HoldUntil(name, report.hold_until);
  if (report.whole) {
    schedule_.Put(name, list_due, report.dues);
  } else {
    schedule_.AddTags(name, report.dues);
    schedule_.SetListDue(name, list_due);
    // A cycle that did not come to its tags leaves them as due as they were.
    if (report.dues.empty() && report.error.has_value()) {
      std::vector<TagDue> still;
      for (const auto item : request.items) {
        TagDue due;
        due.item = item;
        due.due_ms = now.time_since_epoch().count();
        still.push_back(due);
      }
      schedule_.AddTags(name, still);
      schedule_.HoldUntil(name, std::max(report.hold_until, now + kRetryBroken));
    }
  }
  schedule_.Release(name);
  if (report.adopted) Load(name);
}

void Engine::RefreshNow(RefreshRequest request, std::function<void(RefreshReport)> done) {
  if (stop_.stop_requested()) {
    done(ReportOf(Stopped()));
    return;
  }
  Wanted wanted;
  wanted.request = std::move(request);
  wanted.done = std::move(done);
  if (!wanted.request.ref.tag().empty()) {
    Spawn(RunOne(std::move(wanted)));
    return;
  }
  const std::string name = wanted.request.ref.name().Canonical();
  wanted_[name].push_back(std::move(wanted));
  Pump();
}

// One tag, beside whatever cycle its repository is in.
http::Task<void> Engine::RunOne(Wanted wanted) {
  std::vector<Wanted> waiting;
  waiting.push_back(std::move(wanted));
  const ImageRef ref = waiting.front().request.ref;
  const std::string name = ref.name().Canonical();
  Result<std::unique_ptr<Client>> client = co_await ClientFor(ref.name(), waiting, Urgency::now);
  if (!client.has_value()) {
    waiting.front().done(ReportOf(std::move(client).error()));
    co_return;
  }
  CycleRequest request;
  request.name = ref.name();
  request.tags.push_back(ref.tag());
  Cycle cycle(parts_, cycle_options_, **client, std::move(request), stop_.get_token());
  const CycleReport report = co_await cycle.Run();
  if (schedule_.Has(name)) schedule_.AddTags(name, report.dues);
  if (options_.notify && Changed(report)) options_.notify(ref.name());
  waiting.front().done(ReportOf(report));
}

void Engine::Prioritize(const ImageName& name) {
  RefreshRequest request;
  request.ref = ImageRef(name, "");
  RefreshNow(std::move(request), [](RefreshReport) {});
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
  for (const auto& [name, since] : busy_) {
    if (!status.oldest_due.has_value() || since < *status.oldest_due) status.oldest_due = since;
  }
  return status;
}

}  // namespace larder::refresh
