#include "larder/time.h"

#include <algorithm>
#include <ctime>

namespace larder {
namespace {

constexpr std::int64_t kMinSeconds = Timestamp::kNoneSeconds;
constexpr std::int64_t kMaxSeconds = Timestamp::kMaxSeconds;

// "2006-01-02T15:04:05" of a second in years 1 to 9999.
std::string FormatSeconds(std::int64_t unix_seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(std::clamp(unix_seconds, kMinSeconds, kMaxSeconds))};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = "0000-00-00T00:00:00";
  const auto put = [&](std::size_t end, std::int64_t value) {
    for (; value > 0; value /= 10) text[--end] = static_cast<char>('0' + value % 10);
  };
  put(4, static_cast<int>(date.year()));
  put(7, static_cast<unsigned>(date.month()));
  put(10, static_cast<unsigned>(date.day()));
  put(13, clock.hours().count());
  put(16, clock.minutes().count());
  put(19, clock.seconds().count());
  return text;
}

// `digits` digits of `fraction`, with leading zeros.
std::string FormatFraction(std::int32_t fraction, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; fraction /= 10) text[i] = static_cast<char>('0' + fraction % 10);
  return text;
}

}  // namespace

Time CoarseNow() {
#ifdef CLOCK_REALTIME_COARSE
  std::timespec time{};
  if (clock_gettime(CLOCK_REALTIME_COARSE, &time) == 0) {
    return Time{std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec / 1'000'000)};
  }
#endif
  return Now();
}

Time Now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

std::string FormatTime(Time time) {
  const Timestamp stamp = Timestamp::FromTime(time);
  std::string text = FormatSeconds(stamp.unix_seconds());
  if (stamp.nanoseconds() != 0) text += '.' + FormatFraction(stamp.nanoseconds() / 1'000'000, 3);
  return text + 'Z';
}

Timestamp Timestamp::FromTime(Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::int64_t seconds = second.time_since_epoch().count();
  if (seconds < kMinSeconds) return Timestamp();
  if (seconds > kMaxSeconds) return Timestamp(kMaxSeconds, 999'000'000);
  return Timestamp(seconds, static_cast<std::int32_t>((time - second).count() * 1'000'000));
}

Time Timestamp::ToTime() const {
  const std::int64_t seconds = std::clamp(seconds_, kMinSeconds, kMaxSeconds);
  return Time(std::chrono::seconds(seconds) + Duration(nanoseconds_ / 1'000'000));
}

std::string FormatTimestamp(const Timestamp& time) {
  std::string text = FormatSeconds(time.unix_seconds());
  if (time.nanoseconds() > 0) {
    std::string fraction = FormatFraction(time.nanoseconds(), 9);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += '.' + fraction;
  }
  return text + 'Z';
}

}  // namespace larder
