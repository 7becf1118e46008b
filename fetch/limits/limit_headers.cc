#include "limits/limit_headers.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "http/retry_after.h"

namespace larder {
namespace {

constexpr std::int64_t kFirstEpoch = 1'000'000'000;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> Number(std::string_view text) {
  text = Trim(text);
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// "76;w=21600"
struct Quota {
  std::optional<std::int64_t> number;
  std::int64_t window = 0;
};

Quota ReadQuota(std::optional<std::string_view> value) {
  Quota quota;
  if (!value) return quota;
  std::string_view rest = *value;
  quota.number = Number(rest.substr(0, rest.find(';')));
  for (std::size_t at = rest.find(';'); at != std::string_view::npos; at = rest.find(';')) {
    rest.remove_prefix(at + 1);
    const std::string_view parameter = Trim(rest.substr(0, rest.find(';')));
    if (parameter.starts_with("w=")) quota.window = Number(parameter.substr(2)).value_or(0);
  }
  return quota;
}

std::chrono::seconds WindowOf(const http::Response& response, const Quota& remaining, const Quota& limit, Time now) {
  constexpr std::int64_t kLongest = std::chrono::duration_cast<std::chrono::seconds>(kLongestBan).count();
  std::int64_t window = remaining.window > 0 ? remaining.window : limit.window;
  if (window == 0) {
    window = ReadQuota(response.Find("ratelimit-reset")).number.value_or(0);
    if (window >= kFirstEpoch) window -= std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(window, 0, kLongest));
}

}  // namespace

LimitHeaders ReadLimitHeaders(const http::Response& response, Time now) {
  LimitHeaders headers;
  if (const auto value = response.Find("retry-after")) {
    headers.retry_at = http::ParseRetryAfter(*value, now);
    if (headers.retry_at) headers.retry_at = std::min(*headers.retry_at, now + kLongestBan);
  }
  const Quota limit = ReadQuota(response.Find("ratelimit-limit"));
  const Quota remaining = ReadQuota(response.Find("ratelimit-remaining"));
  headers.limit = limit.number;
  headers.remaining = remaining.number;
  if (headers.remaining) headers.window = WindowOf(response, remaining, limit, now);
  return headers;
}

}  // namespace larder
