#include "http/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "http/ascii.h"

namespace larder::http {

namespace {

constexpr double kEpochFrom = 1e9;      // 2001: no wait is as long as that
constexpr double kMilliseconds = 1e11;  // as seconds it would be the year 5138

Time Clamp(Time when, Time now) { return std::clamp(when, now, now + kMaxRetryAfter); }

// A number of milliseconds, rounded up and bounded, so that no conversion overflows.
Duration FromMilliseconds(double count) {
  constexpr double kMost = 1e15;
  return Duration(static_cast<Duration::rep>(std::ceil(std::clamp(count, 0.0, kMost))));
}

std::optional<double> ParseNumber(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const bool digit_first = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!digit_first || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<Time> FromNumber(double number, Time now) {
  if (number < kEpochFrom) return Clamp(now + FromMilliseconds(number * 1000), now);
  const double milliseconds = number < kMilliseconds ? number * 1000 : number;
  return Clamp(Time(FromMilliseconds(milliseconds)), now);
}

std::optional<Time> FromHttpDate(std::string_view text, Time now) {
  // curl's parser takes much more than HTTP dates: these begin with the day's name and have a time.
  const char first = ToLower(text.front());
  if (first < 'a' || first > 'z' || text.find(':') == std::string_view::npos) return std::nullopt;
  const std::time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds == -1) return std::nullopt;
  // Far from both ends of Time.
  constexpr std::int64_t kMost = 1'000'000'000'000;
  const std::int64_t bounded = std::clamp<std::int64_t>(seconds, 0, kMost);
  return Clamp(Time(std::chrono::seconds(bounded)), now);
}

struct Unit {
  std::string_view name;
  double milliseconds;
};
// Longer names before those that they begin with. The micro sign comes as U+00B5 or U+03BC.
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1e-6},
                                         {"us", 1e-3},
                                         {"\xc2\xb5s", 1e-3},
                                         {"\xce\xbcs", 1e-3},
                                         {"ms", 1},
                                         {"s", 1000},
                                         {"m", 60'000},
                                         {"h", 3'600'000}}};

}  // namespace

std::optional<Duration> ParseGoDuration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double milliseconds = 0;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::optional<double> number = ParseNumber(text.substr(0, digits));
    if (!number.has_value()) return std::nullopt;
    text.remove_prefix(digits);
    const auto unit = std::ranges::find_if(kUnits, [&](const Unit& known) { return text.starts_with(known.name); });
    if (unit == kUnits.end()) return std::nullopt;
    milliseconds += *number * unit->milliseconds;
    text.remove_prefix(unit->name.size());
  }
  return FromMilliseconds(milliseconds);
}

std::optional<Time> ParseRetryAfter(std::string_view value, Time now) {
  value = Trim(value);
  if (value.empty()) return std::nullopt;
  if (const auto number = ParseNumber(value)) return FromNumber(*number, now);
  if (const auto wait = ParseGoDuration(value)) return Clamp(now + std::min(*wait, kMaxRetryAfter), now);
  return FromHttpDate(value, now);
}

std::optional<Time> RetryAfterInMessage(std::string_view message, Time now) {
  constexpr std::string_view kName = "retry-after:";
  const auto found = std::ranges::search(message, kName, {}, ToLower);
  if (found.empty()) return std::nullopt;
  std::string_view rest = Trim(message.substr(static_cast<std::size_t>(found.end() - message.begin())));
  rest = rest.substr(0, rest.find_first_of(", \t\r\n\"}"));
  return ParseRetryAfter(rest, now);
}

std::optional<RateLimit> ParseRateLimit(std::string_view value) {
  value = value.substr(0, value.find(','));
  const std::size_t mark = std::min(value.find(';'), value.size());
  const std::string_view count = Trim(value.substr(0, mark));
  RateLimit limit;
  const auto read = std::from_chars(count.data(), count.data() + count.size(), limit.count);
  if (count.empty() || read.ec != std::errc() || read.ptr != count.data() + count.size()) return std::nullopt;
  value.remove_prefix(mark);
  while (!value.empty()) {
    value.remove_prefix(1);
    const std::size_t end = std::min(value.find(';'), value.size());
    const std::string_view parameter = Trim(value.substr(0, end));
    value.remove_prefix(end);
    if (!parameter.starts_with("w=")) continue;
    std::uint32_t seconds = 0;
    const char* last = parameter.data() + parameter.size();
    const auto window = std::from_chars(parameter.data() + 2, last, seconds);
    if (window.ec == std::errc() && window.ptr == last) limit.window = std::chrono::seconds(seconds);
  }
  return limit;
}

}  // namespace larder::http
