#include "words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace larder::tool {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string With(std::int64_t number, std::string_view unit) {
  return std::to_string(number) + " " + std::string(unit);
}

}  // namespace

std::string Span(Duration duration) {
  if (duration < Duration::zero()) duration = -duration;
  if (duration < minutes(1)) return With(duration / seconds(1), "s");
  if (duration < hours(1)) return With(duration / minutes(1), "min");
  if (duration < hours(48)) return With(duration / hours(1), "h");
  const auto whole = duration / days(1);
  if (whole < 100) return With(whole, "d");
  if (whole < 2 * 365) return With(whole / 30, "mo");
  return With(whole / 365, "y");
}

std::optional<Duration> ParseSpan(std::string_view text) {
  constexpr Duration kMost = days(36'525);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  Duration one{0};
  if (unit == "s") one = seconds(1);
  if (unit == "m") one = minutes(1);
  if (unit == "h") one = hours(1);
  if (unit == "d") one = days(1);
  if (one == Duration(0) || number > kMost / one) return std::nullopt;
  return one * number;
}

std::string Relative(Time time, Time now) {
  if (time == Time{}) return "never";
  const Duration apart = time - now;
  if (apart > -seconds(1) && apart < seconds(1)) return "now";
  return apart < Duration::zero() ? Span(apart) + " ago" : "in " + Span(apart);
}

std::string Relative(const Timestamp& time, Time now) { return time.IsNone() ? "-" : Relative(time.ToTime(), now); }

std::string Clean(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

std::string ShortDigest(std::string_view digest) {
  constexpr std::size_t kShown = 12;
  if (digest.empty()) return "-";
  const auto colon = digest.find(':');
  return std::string(digest.substr(colon == std::string_view::npos ? 0 : colon + 1, kShown));
}

std::string Thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

std::string Bytes(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text.data();
}

std::string Counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return Thousands(number) + " " + std::string(number == 1 ? one : many);
}

}  // namespace larder::tool
