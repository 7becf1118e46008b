#include "limits/limit_headers.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "http/retry_after.h"

namespace larder {
namespace {

std::optional<http::RateLimit> Quota(const http::Response& response, std::string_view name) {
  const auto value = response.Find(name);
  return value ? http::ParseRateLimit(*value) : std::nullopt;
}

// Of `w=`, else up to `ratelimit-reset` (seconds, or a time).
std::chrono::seconds WindowOf(const http::Response& response, const http::RateLimit& remaining,
                              const std::optional<http::RateLimit>& limit, Time now) {
  std::chrono::seconds window = remaining.window.value_or(std::chrono::seconds(0));
  if (window.count() == 0 && limit) window = limit->window.value_or(std::chrono::seconds(0));
  if (const auto reset = response.Find("ratelimit-reset"); reset && window.count() == 0) {
    const auto at = http::ParseRetryAfter(*reset, now);
    if (at) window = std::chrono::ceil<std::chrono::seconds>(*at - now);
  }
  return std::min(window, std::chrono::duration_cast<std::chrono::seconds>(kLongestBan));
}

std::int64_t CountOf(const http::RateLimit& quota) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(quota.count, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

LimitHeaders ReadLimitHeaders(const http::Response& response, Time now) {
  LimitHeaders headers;
  if (const auto value = response.Find("retry-after")) headers.retry_at = http::ParseRetryAfter(*value, now);
  if (!headers.retry_at && response.status == 429) headers.retry_at = http::RetryAfterInMessage(response.body, now);
  if (headers.retry_at) headers.retry_at = std::min(*headers.retry_at, now + kLongestBan);
  const auto limit = Quota(response, "ratelimit-limit");
  const auto remaining = Quota(response, "ratelimit-remaining");
  if (limit) headers.limit = CountOf(*limit);
  if (remaining) {
    headers.remaining = CountOf(*remaining);
    headers.window = WindowOf(response, *remaining, limit, now);
  }
  return headers;
}

}  // namespace larder
