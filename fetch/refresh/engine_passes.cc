// One pass over a repository: its lease, its clients, its cycle, and what follows from that.
#include <algorithm>
#include <iterator>
#include <utility>

#include "larder/image_creds.h"
#include "larder/refresh_rules.h"
#include "refresh/engine.h"
#include "refresh/lease_keeper.h"
#include "refresh/refresh_report.h"
#include "registry/renewing_client.h"

namespace larder::refresh {
namespace {

// A pass that left off for others is due again just after them.
constexpr std::chrono::milliseconds kBehind{1};
// Before records that the store did not take are fetched again.
constexpr Backoff kStoreBackoff{kRetryBroken, std::chrono::hours(6)};

}  // namespace

std::string HostOf(std::string_view name) { return std::string(name.substr(0, name.find('/'))); }

Engine::Pass::Pass() = default;

HostHealth& Engine::HealthOf(std::string_view name) { return health_[HostOf(name)]; }

void Engine::StartDue(Schedule::Due due) {
  const auto* in_use = images_.Find(due.name);
  if (in_use == nullptr) {
    schedule_.Forget(due.name);
    return;
  }
  auto pass = std::make_shared<Pass>();
  pass->request.name = in_use->name;
  pass->request.since = due.since;
  pass->request.list = due.list;
  pass->request.items = std::move(due.items);
  pass->request.more = due.more;
  pass->request.recount = recount_.erase(due.name) > 0;
  if (const auto found = suspended_.find(due.name); found != suspended_.end()) {
    pass->request.suspended_by = found->second.by;
    pass->request.suspended = found->second.row;
  }
  Spawn(RunPass(due.name, std::move(pass)));
}

void Engine::StartWanted(const std::string& name) {
  auto node = wanted_.extract(name);
  auto pass = std::make_shared<Pass>();
  pass->waiting = std::move(node.mapped());
  pass->urgent = true;
  CycleRequest& request = pass->request;
  request.name = pass->waiting.front().request.ref.name();
  request.list = true;
  request.list_anyway = true;
  request.since = pass->waiting.front().since;
  for (const auto& one : pass->waiting) {
    if (!one.request.all) continue;
    request.all = true;
    request.all_since = std::max(request.all_since, one.since);
  }
  Spawn(RunPass(name, std::move(pass)));
}

// One that was asked for is not cut short before it has got somewhere: whoever asks again and again gets no less.
bool Engine::MayCut(const Pass& pass) {
  return !pass.urgent || (pass.cycle != nullptr && pass.cycle->asked() >= kSlice);
}

void Engine::Cut(Pass& pass) {
  pass.cut = true;
  pass.stop.request_stop();
}

void Engine::LeaseLost(Pass& pass) {
  if (pass.urgent) return;  // somebody waits: it goes on, as it does where the lease is not granted
  pass.lost = true;
  pass.stop.request_stop();
  if (pass.cycle != nullptr) pass.cycle->Abandon();
}

http::Task<void> Engine::RunPass(std::string name, PassPtr pass) {
  passes_[name] = pass;
  ++cycles_;
  ++running_[HostOf(name)];
  const CycleReport report = co_await RunLeased(name, pass);
  passes_.erase(name);
  --cycles_;
  if (auto host = running_.find(HostOf(name)); --host->second == 0) running_.erase(host);
  AfterCycle(name, *pass, report);
  // One that lost its lease may have written nothing of what it found.
  const bool stored = !pass->lost || report.written > 0;
  if (options_.notify && stored && Changed(report)) options_.notify(pass->request.name);
  AnswerWaiting(name, *pass, report);
}

http::Task<CycleReport> Engine::RunLeased(std::string name, PassPtr pass) {
  if (!store_.Traits().shared) {
    CycleReport alone = co_await RunCycle(name, pass);
    co_return alone;
  }
  std::function<void()> lost = [pass] { LeaseLost(*pass); };
  LeaseKeeper lease(timers_, executor_, store_, name, lease_owner_, std::move(lost));
  const bool mine = co_await lease.Take();
  CycleReport report;
  if (mine || pass->urgent) report = co_await RunCycle(name, pass);
  co_await lease.Drop();
  if (pass->lost || (!mine && !pass->urgent)) {
    report.error.reset();
    report.adopted = true;
    report.hold_until = timers_.Now() + kLeaseRetry;
  }
  co_return report;
}

http::Task<CycleReport> Engine::RunCycle(std::string name, PassPtr pass) {
  const ImageName image_name = pass->request.name;
  const Urgency urgency = pass->urgent ? Urgency::now : Urgency::background;
  Result<Credentials> credentials = co_await CredentialsFor(image_name, pass->waiting);
  Result<std::unique_ptr<Client>> client = MakeClient(image_name, credentials, urgency);
  Result<std::unique_ptr<Client>> rest = nullptr;
  if (pass->urgent && client.has_value()) rest = MakeClient(image_name, credentials, Urgency::soon);
  if (!client.has_value()) {
    CycleReport report;
    FetchError error;
    error.error = std::move(client).error();
    error.blame = Blame::credential;
    report.hold_until = error.error.retry_at.value_or(timers_.Now() + kRetryBroken);
    report.error = std::move(error);
    for (const auto item : pass->request.items) report.dues.push_back(TagDueAt(item, timers_.Now()));
    co_return report;
  }
  CycleRun run(**client, urgency, HealthOf(name), pass->stop.get_token());
  if (rest.has_value()) run.rest = rest->get();
  run.yields = YieldsOf(name, pass);
  run.progress = [pass](std::size_t done, std::size_t total) {
    for (const auto& one : pass->waiting) {
      if (one.request.progress) one.request.progress(done, total);
    }
  };
  Cycle cycle(parts_, cycle_options_, pass->request, std::move(run));
  pass->cycle = &cycle;
  Introduce(name, "", cycle);
  if (pass->lost) cycle.Abandon();
  CycleReport report = co_await cycle.Run();
  pass->cycle = nullptr;
  if (!report.error.has_value()) factory_.Succeed(image_name);
  co_return report;
}

// Asked before each tag: whether the pass leaves off now. What nobody asked for does so for whoever waits at its host;
// what was asked for, only for a later request of the same kind.
std::function<bool()> Engine::YieldsOf(const std::string& name, const PassPtr& pass) {
  if (!pass->urgent) {
    return [this, host = HostOf(name)] { return full_ || crowded_.contains(host); };
  }
  return [this, name, weak = std::weak_ptr<Pass>(pass)] {
    const PassPtr running = weak.lock();
    if (running == nullptr || !wanted_.contains(name)) return false;
    Cut(*running);
    return true;
  };
}

// What was stored although its write failed (an answer that came too late) has notes that nobody told: as another
// teller, this one tells them in the repository's next cycle.
void Engine::NoteWrites(const CycleReport& report) {
  if (report.write_failures > 0 || report.write_uncertain) cycle_options_.teller = NewTeller();
}

void Engine::AfterCycle(const std::string& name, const Pass& pass, const CycleReport& report) {
  NoteWrites(report);
  if (!schedule_.Has(name)) return;
  const Time now = timers_.Now();
  Time hold = report.hold_until;
  if (report.unfinished || pass.request.more) hold = std::max(hold, now + kBehind);
  if (report.write_failures > 0) {
    hold = std::max(hold, now + Delay(kStoreBackoff, ++unwritten_[name]));
  } else {
    unwritten_.erase(name);
  }
  if (report.suspended_by != Blame::none) {
    suspended_[name] = Suspended{report.suspended_by, report.suspended};
  } else if (!report.adopted) {
    suspended_.erase(name);
  }
  schedule_.HoldUntil(name, hold);
  schedule_.NoteUnmet(name, IsUnmet(report) ? std::optional(pass.request.since) : std::nullopt);
  const Time list_due = report.has_state ? report.state.deadline : std::max(now + kRetryBroken, hold);
  if (report.whole) {
    schedule_.Put(name, list_due, report.dues);
  } else {
    schedule_.AddTags(name, report.dues);
    schedule_.SetListDue(name, list_due);
  }
  schedule_.Release(name);
  // What others have written, or the store has not, is not as this pass says.
  if (unread_.erase(name) > 0 || report.adopted || report.write_failures > 0) Load(name);
}

// A stop between two requests fails none, and leaves undone what was asked for all the same.
RefreshReport Engine::AnswerOf(const CycleReport& report) const {
  RefreshReport answer = ReportOf(report);
  if (stop_.stop_requested() && report.unfinished && !answer.error.has_value()) answer.error = StoppedError();
  return answer;
}

void Engine::AnswerWaiting(const std::string& name, Pass& pass, const CycleReport& report) {
  const RefreshReport found = AnswerOf(report);
  const bool stopped = !report.error.has_value() || report.error->error.code == Errc::cancelled;
  if (pass.cut && report.unfinished && stopped && !stop_.stop_requested()) {
    // They wait for the rest with whoever asked later.
    std::vector<Wanted>& waiting = wanted_[name];
    for (auto& one : pass.waiting) AddCounts(found, one.before);
    waiting.insert(waiting.begin(), std::make_move_iterator(pass.waiting.begin()),
                   std::make_move_iterator(pass.waiting.end()));
    return;
  }
  for (auto& one : pass.waiting) {
    RefreshReport told = found;
    AddCounts(one.before, told);
    one.done(std::move(told));
  }
}

void Engine::Introduce(const std::string& name, std::string_view tag, Cycle& cycle) {
  const auto meet = [&cycle](Cycle* other) {
    if (other == nullptr || other == &cycle) return;
    other->Meet();
    cycle.Meet();
  };
  if (const auto pass = passes_.find(name); pass != passes_.end()) meet(pass->second->cycle);
  const auto [first, last] = ones_.equal_range(name);
  for (auto one = first; one != last; ++one) {
    if (tag.empty() || one->second.tag == tag) meet(one->second.cycle);
  }
}

// One tag, beside whatever cycle its repository is in.
http::Task<void> Engine::RunOne(Wanted wanted) {
  std::vector<Wanted> waiting;
  waiting.push_back(std::move(wanted));
  const ImageRef ref = waiting.front().request.ref;
  const std::string name = ref.name().Canonical();
  Result<Credentials> credentials = co_await CredentialsFor(ref.name(), waiting);
  Result<std::unique_ptr<Client>> client = MakeClient(ref.name(), credentials, Urgency::now);
  if (!client.has_value()) {
    waiting.front().done(ReportOf(std::move(client).error()));
    co_return;
  }
  CycleRequest request;
  request.name = ref.name();
  request.tags.push_back(ref.tag());
  CycleRun run(**client, Urgency::now, HealthOf(name), stop_.get_token());
  // Many single tags beside a pass cost one count, not one each.
  run.leaves_count = [this, name] {
    const auto pass = passes_.find(name);
    return pass != passes_.end() && pass->second->cycle != nullptr && pass->second->cycle->TakeCount();
  };
  Cycle cycle(parts_, cycle_options_, std::move(request), std::move(run));
  Introduce(name, ref.tag(), cycle);
  const auto place = ones_.emplace(name, One{ref.tag(), &cycle});
  const CycleReport report = co_await cycle.Run();
  ones_.erase(place);
  NoteWrites(report);
  if (schedule_.Has(name)) schedule_.AddTags(name, report.dues);
  if (options_.notify && Changed(report)) options_.notify(ref.name());
  waiting.front().done(AnswerOf(report));
}

// What the image or the request brings; else what the source finds.
http::Task<Result<Credentials>> Engine::CredentialsFor(ImageName name, const std::vector<Wanted>& waiting) {
  Credentials credentials;
  if (const auto* in_use = images_.Find(name.Canonical()); in_use != nullptr) credentials = in_use->credentials;
  for (const auto& one : waiting) {
    if (one.request.credentials.has_value()) credentials = WithDefaults(name, *one.request.credentials, credentials);
  }
  if (options_.credentials == nullptr || credentials.For(name).has_value()) co_return credentials;
  using Answer = CredentialSource::Answer;
  std::function<void(http::Callback<Answer>::Done)> start = [this, &name](http::Callback<Answer>::Done done) {
    options_.credentials->CredentialFor(name, stop_.get_token(), [this, done = std::move(done)](Answer answer) {
      timers_.Post([done, answer = std::move(answer)] { done(answer); });
    });
  };
  http::Callback<Answer> callback(start);
  Answer answer = co_await callback;
  if (!answer.has_value()) co_return std::unexpected<Error>(std::move(answer).error());
  if (answer->has_value()) credentials.Add(name.Registry(), std::move(**answer));
  co_return credentials;
}

Result<std::unique_ptr<Client>> Engine::MakeClient(const ImageName& name, const Result<Credentials>& credentials,
                                                   Urgency urgency) {
  if (!credentials.has_value()) return std::unexpected<Error>(credentials.error());
  return MakeRenewingClient(factory_, options_.credentials, timers_, name, *credentials, urgency);
}

}  // namespace larder::refresh
