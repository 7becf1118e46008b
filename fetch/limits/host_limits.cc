#include "limits/host_limits.h"

#include <algorithm>
#include <cstdio>

#include "http/hosts.h"
#include "json/json.h"
#include "larder/image_ref.h"

namespace larder {
namespace {

// A refusal that does not say for how long: so long, doubling with each in a row.
constexpr Duration kFirstPause = std::chrono::seconds(1);
constexpr Duration kLongestPause = std::chrono::minutes(5);
// Docker Hub's abuse limit counts by the minute.
constexpr Duration kAbusePause = std::chrono::minutes(1);
constexpr Duration kLongestAbusePause = std::chrono::minutes(15);
// Its pull limit by six hours, in a window that slides.
constexpr Duration kPullPause = std::chrono::minutes(30);
constexpr Duration kLongestPullPause = std::chrono::hours(6);
// Others look again this much later while one request tries a silent host.
constexpr Duration kProbePause = std::chrono::seconds(5);
// Host records are kept for so long beyond what they say.
constexpr Duration kKeepRecord = std::chrono::days(7);

Duration Doubled(Duration first, Duration longest, int times) {
  Duration pause = first;
  for (int i = 0; i < times && pause < longest; ++i) pause *= 2;
  return std::min(pause, longest);
}

std::string RateText(double rps) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g", rps);
  return text;
}

// A registry's own error document with the code of a limit: {"errors":[{"code":"TOOMANYREQUESTS"}]}. Hub's abuse limit,
// a proxy's before it, answers plain text.
bool SaysTooManyRequests(const http::Response& response) {
  const Result<json::Document> body = json::Parse(response.body);
  if (!body) return false;
  return std::ranges::any_of((*body)["errors"].items(), [](const json::Value& error) {
    std::string code(error["code"].text());
    std::ranges::transform(code, code.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return code == "TOOMANYREQUESTS";
  });
}

Breaker::Admission AdmissionOf(const http::Pass& pass) {
  return pass.probe ? Breaker::Admission::probe : Breaker::Admission::pass;
}

bool IsHostFailure(int status) { return status >= 500 && status != 501 && status != 505; }

}  // namespace

HostRate RateOf(const LimitOptions& options, const std::string& host) {
  auto named = options.hosts.find(host);
  if (named == options.hosts.end()) named = options.hosts.find(http::WithoutPort(host));
  HostRate rate = named == options.hosts.end() ? options.rate : named->second;
  rate.rps = std::max(rate.rps, options.lowest_rps);
  return rate;
}

HostLimits::HostLimits(std::string host, const LimitOptions& options, Time now)
    : host_(std::move(host)),
      options_(options),
      configured_(RateOf(options, host_)),
      bucket_(configured_.rps, configured_.burst, now),
      breaker_(host_),
      budget_(options.pull_reserve) {}

std::optional<Time> HostLimits::BannedUntil(http::Cost cost, Time now) const {
  const Time until = cost == http::Cost::pull ? std::max(ban_until_, pull_ban_until_) : ban_until_;
  // What lies beyond the longest ban is a clock that jumped.
  if (until <= now || until > now + kLongestBan) return std::nullopt;
  return until;
}

// Until when the breaker refuses: a look that changes nothing, where Admit makes the request the probe.
std::optional<Time> HostLimits::SilentUntil(Time now) const {
  if (breaker_.state() == Breaker::State::closed) return std::nullopt;
  if (breaker_.state() == Breaker::State::probing) return now + kProbePause;
  const Time until = breaker_.retry_at();
  if (until <= now || until > now + kLongestHostWait) return std::nullopt;
  return until;
}

Result<Time> HostLimits::Next(http::Cost cost, Time now) const {
  if (const auto retry = SilentUntil(now)) {
    return std::unexpected(
        Error{Errc::unavailable, host_ + " does not answer; asked again at " + FormatTime(*retry), *retry});
  }
  const auto ban = BannedUntil(cost, now);
  if (ban && *ban > now + kShortBan) {
    const bool pulls = BannedUntil(http::Cost::free, now) != ban;
    return std::unexpected(
        Error{Errc::rate_limited,
              host_ + (pulls ? " grants no more pulls until " : " refuses requests until ") + FormatTime(*ban), *ban});
  }
  if (cost == http::Cost::pull) {
    if (const auto retry = budget_.RetryAt(now)) {
      return std::unexpected(Error{Errc::rate_limited,
                                   host_ + ": the pulls left are kept in reserve; asked again at " + FormatTime(*retry),
                                   *retry});
    }
  }
  return std::max(bucket_.Next(now), ban.value_or(now));
}

http::Pass HostLimits::Enter(http::Cost cost, Time now) {
  bucket_.Take(now);
  if (cost == http::Cost::pull) budget_.Sent();
  http::Pass pass(now, cost);
  pass.probe = breaker_.Admit(now) == Breaker::Admission::probe;
  return pass;
}

std::string HostLimits::Answered(const http::Pass& pass, const http::Response& response, Time now) {
  if (pass.cost == http::Cost::pull) budget_.Returned();
  const LimitHeaders headers = ReadLimitHeaders(response, now);
  budget_.Saw(headers, now);
  if (response.status == 429) {
    breaker_.Succeeded();
    return Refused(pass, response, now);
  }
  if (IsHostFailure(response.status)) {
    if (response.status == 503 && headers.retry_at && *headers.retry_at > ban_until_) {
      ban_until_ = *headers.retry_at;
      changed_ = true;
    }
    return DidNotAnswer(pass, now);
  }
  const bool was_open = breaker_open();
  breaker_.Succeeded();
  if (pass.entered >= halved_at_) refusals_ = 0;
  if (pass.cost == http::Cost::pull) pull_refusals_ = 0;
  return was_open ? host_ + " answers again" : std::string();
}

std::string HostLimits::Refused(const http::Pass& pass, const http::Response& response, Time now) {
  const LimitHeaders headers = ReadLimitHeaders(response, now);
  changed_ = true;
  if (IsPullLimit(pass, response)) {
    budget_.Exhausted(now);
    if (headers.retry_at) {
      pull_ban_until_ = std::max(pull_ban_until_, *headers.retry_at);
    } else if (pass.entered >= pull_ban_until_) {
      pull_ban_until_ = now + Doubled(kPullPause, kLongestPullPause, pull_refusals_++);
    }
    return host_ + ": pull limit reached, no counted requests until " + FormatTime(pull_ban_until_);
  }
  const bool halves = pass.entered >= halved_at_;
  const bool hub = IsDockerHub(host_);
  const Duration pause =
      hub ? Doubled(kAbusePause, kLongestAbusePause, refusals_) : Doubled(kFirstPause, kLongestPause, refusals_);
  if (headers.retry_at) {
    ban_until_ = std::max(ban_until_, *headers.retry_at);
  } else if (halves) {
    ban_until_ = std::max(ban_until_, now + pause);
  }
  if (!halves) return {};
  ++refusals_;
  halved_at_ = now;
  cooldown_until_ = now + options_.cool_down;
  SetRate(bucket_.rps() / 2, now);
  bucket_.Drain(now);
  return host_ + " refuses: " + RateText(bucket_.rps()) + " requests a second from now on" +
         (ban_until_ > now ? ", none until " + FormatTime(ban_until_) : std::string());
}

bool HostLimits::IsPullLimit(const http::Pass& pass, const http::Response& response) const {
  return pass.cost == http::Cost::pull && (IsDockerHub(host_) || budget_.known()) && SaysTooManyRequests(response);
}

std::string HostLimits::Failed(const http::Pass& pass, const Error& error, Time now) {
  if (pass.cost == http::Cost::pull) budget_.Returned();
  if (error.code == Errc::unavailable) return DidNotAnswer(pass, now);
  if (error.code == Errc::too_large) breaker_.Succeeded();
  breaker_.Cancelled(AdmissionOf(pass));
  return {};
}

std::string HostLimits::DidNotAnswer(const http::Pass& pass, Time now) {
  const bool was_open = breaker_open();
  breaker_.Failed(AdmissionOf(pass), pass.entered, now);
  return breaker_open() && !was_open ? host_ + " does not answer: left alone for a while" : std::string();
}

std::string HostLimits::Recover(Time now) {
  const bool jumped = cooldown_until_ > now + options_.cool_down;
  if (bucket_.rps() >= configured_.rps || (now < cooldown_until_ && !jumped)) return {};
  if (now < raised_at_ + options_.raise_pause && now >= raised_at_) return {};
  raised_at_ = now;
  changed_ = true;
  SetRate(bucket_.rps() * options_.raise_factor, now);
  return host_ + ": " + RateText(bucket_.rps()) + " requests a second from now on";
}

void HostLimits::SetRate(double rps, Time now) {
  const double rate = std::clamp(rps, options_.lowest_rps, configured_.rps);
  bucket_.SetRate(rate, configured_.burst * rate / configured_.rps, now);
}

void HostLimits::SetNoHead(Time until) {
  no_head_until_ = until;
  changed_ = true;
}

void HostLimits::SetPageSize(std::uint32_t page_size) {
  changed_ = changed_ || page_size != page_size_;
  page_size_ = page_size;
}

HostRecord HostLimits::ToRecord(Time now) const {
  HostRecord record;
  record.host = host_;
  if (bucket_.rps() < configured_.rps) record.rate = bucket_.rps();
  record.cooldown_until = cooldown_until_;
  record.ban_until = ban_until_;
  record.pull_ban_until = pull_ban_until_;
  record.no_head_until = no_head_until_;
  record.page_size = page_size_;
  budget_.Save(record);
  record.expiry = std::max({now, cooldown_until_, ban_until_, pull_ban_until_, no_head_until_}) + kKeepRecord;
  return record;
}

void HostLimits::Restore(const HostRecord& record, Time now) {
  if (record.rate > 0) SetRate(record.rate, now);
  cooldown_until_ = record.cooldown_until;
  ban_until_ = record.ban_until;
  pull_ban_until_ = record.pull_ban_until;
  no_head_until_ = record.no_head_until;
  page_size_ = record.page_size;
  budget_.Restore(record);
  changed_ = false;
}

bool HostLimits::TakeChanged() { return std::exchange(changed_, false); }

}  // namespace larder
