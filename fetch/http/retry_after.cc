#include "http/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace larder::http {
namespace {

constexpr double kFirstEpoch = 1e9;
constexpr double kLastEpoch = 253402300799;  // year 9999

std::string_view Trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Milliseconds; 0 for what is no unit.
double UnitOf(std::string_view text) {
  if (text.empty() || text == "s") return 1000;
  if (text == "ms") return 1;
  if (text == "us" || text == "\u00b5s" || text == "\u03bcs") return 1e-3;
  if (text == "ns") return 1e-6;
  if (text == "m") return 60'000;
  if (text == "h") return 3'600'000;
  return 0;
}

}  // namespace

std::optional<Time> ParseRetryAfter(std::string_view value, Time now) {
  const std::string_view text = Trim(value);
  if (text.empty()) return std::nullopt;
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (parsed.ec == std::errc()) {
    const std::string_view rest(parsed.ptr, text.data() + text.size());
    const double unit = UnitOf(rest);
    if (unit > 0) {
      if (number < 0 || !std::isfinite(number)) return std::nullopt;
      if (rest.empty() && number >= kFirstEpoch) {
        return std::max(now, Time(Duration(static_cast<Duration::rep>(std::min(number, kLastEpoch) * 1000))));
      }
      return now + Duration(static_cast<Duration::rep>(std::ceil(std::min(number * unit, kLastEpoch))));
    }
  }
  const std::time_t date = curl_getdate(std::string(text).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::max(now, Time(std::chrono::seconds(std::min<std::time_t>(date, static_cast<std::time_t>(kLastEpoch)))));
}

}  // namespace larder::http
