#include "limits/rate_limiters.h"

#include <functional>
#include <utility>

#include "limits/host_limits.h"
#include "limits/host_queue.h"

namespace larder {

class RateLimiters::Host {
 public:
  Host(std::string name, const LimitOptions& options, http::Timers& timers)
      : limits(std::move(name), options, timers.Now()), queue(limits, timers) {}
  HostLimits limits;
  HostQueue queue;
  HostOutcomes outcomes;
};

namespace {

std::uint64_t& OutcomeOf(HostOutcomes& outcomes, const http::Response* response, const Error* error) {
  if (response == nullptr) {
    return error == nullptr || error->code == Errc::cancelled ? outcomes.cancelled : outcomes.unreachable;
  }
  const int status = response->status;
  if (status < 400) return outcomes.answered;
  if (status == 401 || status == 403) return outcomes.denied;
  if (status == 404) return outcomes.not_found;
  if (status == 429) return outcomes.limited;
  return status < 500 ? outcomes.refused : outcomes.failed;
}

}  // namespace

RateLimiters::RateLimiters(http::Timers& timers, LimitOptions options, Log log)
    : timers_(timers), options_(std::move(options)), log_(std::move(log)) {}

RateLimiters::~RateLimiters() {
  for (const auto& [name, host] : hosts_) host->queue.Close();
}

std::optional<Result<http::Pass>> RateLimiters::TryEnter(const std::string& host, http::Lane, http::Cost cost) {
  return HostOf(host)->queue.Try(cost);
}

http::Task<Result<http::Pass>> RateLimiters::Enter(std::string host, http::Lane lane, http::Cost cost,
                                                   std::stop_token stop) {
  if (stop.stop_requested()) co_return Fail(Errc::cancelled, "the request to " + host + " was given up");
  const std::shared_ptr<Host> entry = HostOf(host);
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  auto start = [&](http::Callback<Result<http::Pass>>::Done done) {
    const HostQueue::Ticket ticket = entry->queue.Wait(lane, cost, std::move(done));
    if (!entry->queue.Waits(ticket)) return;
    // Runs in whatever thread requests the stop, so it only posts.
    on_stop.emplace(stop, [weak = std::weak_ptr(entry), ticket, &timers = timers_] {
      timers.Post([weak, ticket] {
        if (const auto host_entry = weak.lock()) host_entry->queue.GiveUp(ticket);
      });
    });
  };
  http::Callback<Result<http::Pass>> callback(start);
  Result<http::Pass> pass = co_await callback;
  co_return pass;
}

void RateLimiters::Leave(const std::string& host, const http::Pass& pass, const http::Response* response,
                         const Error* error) {
  const std::shared_ptr<Host> entry = HostOf(host);
  const Time now = timers_.Now();
  ++OutcomeOf(entry->outcomes, response, error);
  if (response != nullptr) {
    Say(entry->limits.Answered(pass, *response, now));
  } else {
    const Error unknown{Errc::cancelled, {}};
    Say(entry->limits.Failed(pass, error != nullptr ? *error : unknown, now));
  }
  TellChange(*entry);
  entry->queue.Pump();
}

void RateLimiters::Recover(std::string_view host) {
  const std::shared_ptr<Host> entry = HostOf(host);
  Say(entry->limits.Recover(timers_.Now()));
  TellChange(*entry);
  entry->queue.Pump();
}

std::string RateLimiters::ApiHost(const ImageName& name) { return ApiHostOf(name.Registry()); }

std::optional<Time> RateLimiters::BannedUntil(std::string_view host, http::Cost cost) const {
  const Host* entry = Find(host);
  return entry == nullptr ? std::nullopt : entry->limits.BannedUntil(cost, timers_.Now());
}

bool RateLimiters::CountsPulls(std::string_view host) const {
  const Host* entry = Find(host);
  return IsDockerHub(host) || (entry != nullptr && entry->limits.counts_pulls());
}

bool RateLimiters::HeadWorks(std::string_view host) const {
  const Host* entry = Find(host);
  return entry == nullptr || entry->limits.HeadWorks(timers_.Now());
}

void RateLimiters::SetNoHead(std::string_view host, Time until) {
  const std::shared_ptr<Host> entry = HostOf(host);
  entry->limits.SetNoHead(until);
  TellChange(*entry);
}

std::uint32_t RateLimiters::PageSize(std::string_view host) const {
  const Host* entry = Find(host);
  return entry == nullptr ? 0 : entry->limits.page_size();
}

void RateLimiters::SetPageSize(std::string_view host, std::uint32_t page_size) {
  const std::shared_ptr<Host> entry = HostOf(host);
  entry->limits.SetPageSize(page_size);
  TellChange(*entry);
}

void RateLimiters::Watch(const void* who, std::function<void()> changed) {
  watchers_.erase(who);
  if (changed) watchers_.emplace(who, std::move(changed));
}

void RateLimiters::TellChange(const Host& host) const {
  if (!host.limits.changed()) return;
  for (const auto& [who, changed] : watchers_) changed();
}

std::vector<HostRecord> RateLimiters::TakeChanged() {
  std::vector<HostRecord> changed;
  for (auto& [name, host] : hosts_) {
    if (host->limits.TakeChanged()) changed.push_back(host->limits.ToRecord(timers_.Now()));
  }
  return changed;
}

std::vector<HostStatus> RateLimiters::Report() const {
  std::vector<HostStatus> all;
  all.reserve(hosts_.size());
  const Time now = timers_.Now();
  for (const auto& [name, host] : hosts_) {
    const HostRecord record = host->limits.ToRecord(now);
    HostStatus status;
    status.host = name;
    status.outcomes = host->outcomes;
    status.rps = host->limits.rps();
    status.pulls_remaining = record.remaining;
    status.banned_until = host->limits.BannedUntil(http::Cost::free, now).value_or(Time{});
    status.pulls_banned_until = host->limits.BannedUntil(http::Cost::pull, now).value_or(Time{});
    status.silent = host->limits.breaker_open();
    status.waiting = host->queue.waiting();
    all.push_back(std::move(status));
  }
  return all;
}

void RateLimiters::Restore(const HostRecord& record) {
  const std::shared_ptr<Host> host = HostOf(record.host);
  host->limits.Restore(record, timers_.Now());
  host->queue.Pump();
}

std::shared_ptr<RateLimiters::Host> RateLimiters::HostOf(std::string_view name) {
  auto found = hosts_.find(name);
  if (found == hosts_.end()) {
    found = hosts_.emplace(std::string(name), std::make_shared<Host>(std::string(name), options_, timers_)).first;
  }
  return found->second;
}

const RateLimiters::Host* RateLimiters::Find(std::string_view name) const {
  const auto found = hosts_.find(name);
  return found == hosts_.end() ? nullptr : found->second.get();
}

void RateLimiters::Say(const std::string& line) const {
  if (log_ && !line.empty()) log_(LogLevel::info, line);
}

}  // namespace larder
