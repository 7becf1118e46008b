#include "larder/time.h"
#include "model/ascii.h"
#include "model/quote.h"

namespace larder {
namespace {

// Reads a time from left to right. Each Read* says whether it could; the first reason why not is kept.
class TimeReader {
 public:
  TimeReader(std::string_view text, bool lenient) : text_(text), rest_(text), lenient_(lenient) {}

  Result<Timestamp> Read() {
    if (lenient_) TrimSpace();
    const bool read = ReadDate() && (AtDateOnly() || (ReadSeparator() && ReadClock() && ReadFraction() && ReadZone()));
    if (read && !rest_.empty()) Refuse("there is text after the time");
    if (!why_.empty()) return Failure();
    return ToTimestamp();
  }

 private:
  bool Refuse(std::string why) {
    if (why_.empty()) why_ = std::move(why) + " (at character " + std::to_string(text_.size() - rest_.size() + 1) + ")";
    return false;
  }

  std::unexpected<Error> Failure() const { return Fail(Errc::invalid_argument, "time " + Quote(text_) + ": " + why_); }

  void TrimSpace() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t') || rest_.starts_with('\n')) rest_.remove_prefix(1);
    while (rest_.ends_with(' ') || rest_.ends_with('\t') || rest_.ends_with('\n') || rest_.ends_with('\r')) {
      rest_.remove_suffix(1);
      text_.remove_suffix(1);
    }
  }

  bool Skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool Skip(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool SkipSpaces() {
    bool any = false;
    while (Skip(' ')) any = true;
    return any;
  }

  bool Expect(char c) { return Skip(c) || Refuse(std::string("expected '") + c + "'"); }

  bool ReadNumber(std::size_t digits, int low, int high, std::string_view what, int& value) {
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || !IsDigit(rest_[i])) return Refuse("expected the " + std::string(what));
      number = number * 10 + (rest_[i] - '0');
    }
    if (number < low || number > high) {
      return Refuse("the " + std::string(what) + " is not within " + std::to_string(low) + " to " +
                    std::to_string(high));
    }
    rest_.remove_prefix(digits);
    value = number;
    return true;
  }

  bool ReadDate() {
    int year = 0, month = 0, day = 0;
    if (!ReadNumber(4, 1, 9999, "year", year)) return false;
    compact_ = lenient_ && !rest_.empty() && IsDigit(rest_.front());
    if (!compact_ && !Expect('-')) return false;
    if (!ReadNumber(2, 1, 12, "month", month)) return false;
    if (!compact_ && !Expect('-')) return false;
    const auto first = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) / 1;
    const auto last = std::chrono::year_month_day_last(first.year(), std::chrono::month_day_last(first.month()));
    if (!ReadNumber(2, 1, static_cast<int>(static_cast<unsigned>(last.day())), "day", day)) return false;
    const auto date = std::chrono::sys_days(first) + std::chrono::days(day - 1);
    seconds_ = std::int64_t{date.time_since_epoch().count()} * 86400;
    return true;
  }

  bool AtDateOnly() const { return lenient_ && rest_.empty(); }

  bool ReadSeparator() {
    if (!lenient_) return Expect('T');
    // In compact form the digits of the clock may follow at once: 20060102150405.
    if (Skip('T') || Skip('t') || SkipSpaces() || (compact_ && IsDigit(rest_.front()))) return true;
    return Refuse("expected 'T' or a space between date and time");
  }

  bool ReadClock() {
    int hour = 0, minute = 0, second = 0;
    if (!ReadNumber(2, 0, 23, "hour", hour)) return false;
    const bool colons = !compact_ || rest_.starts_with(':');
    if (colons && !Expect(':')) return false;
    if (!ReadNumber(2, 0, 59, "minute", minute)) return false;
    seconds_ += hour * 3600 + minute * 60;
    has_seconds_ = !lenient_ || (colons ? rest_.starts_with(':') : !rest_.empty() && IsDigit(rest_.front()));
    if (!has_seconds_) return true;
    if (colons && !Expect(':')) return false;
    if (!ReadNumber(2, 0, lenient_ ? 60 : 59, "second", second)) return false;
    seconds_ += second;
    return true;
  }

  bool ReadFraction() {
    if (!has_seconds_ || !(Skip('.') || (lenient_ && Skip(',')))) return true;
    if (rest_.empty() || !IsDigit(rest_.front())) return Refuse("expected digits of the fraction");
    for (std::int32_t unit = 100'000'000; !rest_.empty() && IsDigit(rest_.front());
         rest_.remove_prefix(1), unit /= 10) {
      nanoseconds_ += (rest_.front() - '0') * unit;
    }
    return true;
  }

  bool ReadZone() {
    if (lenient_) {
      SkipSpaces();
      if (rest_.empty() || Skip('z') || Skip("UTC") || Skip("GMT")) return true;
    }
    if (Skip('Z')) return true;
    const bool behind = rest_.starts_with('-');
    if (!behind && !rest_.starts_with('+')) return Refuse("expected 'Z' or an offset such as +02:00");
    rest_.remove_prefix(1);
    int hours = 0, minutes = 0;
    if (!ReadNumber(2, 0, 23, "hour of the offset", hours)) return false;
    const bool has_minutes = !lenient_ || !(rest_.empty() || rest_.starts_with(' '));
    if (has_minutes) {
      if (!Skip(':') && !lenient_) return Expect(':');
      if (!ReadNumber(2, 0, 59, "minute of the offset", minutes)) return false;
    }
    const std::int64_t offset = hours * 3600 + minutes * 60;
    seconds_ += behind ? offset : -offset;
    if (lenient_) Skip(" UTC");  // as Go's Time.String writes it
    return true;
  }

  Result<Timestamp> ToTimestamp() const {
    if (seconds_ < Timestamp::kNoneSeconds || seconds_ > Timestamp::kMaxSeconds) {
      return Fail(Errc::invalid_argument, "time " + Quote(text_) + ": in UTC it is outside the years 1 to 9999");
    }
    return Timestamp(seconds_, nanoseconds_);
  }

  std::string_view text_;  // without what was trimmed at the end
  std::string_view rest_;
  bool lenient_;
  bool compact_ = false;
  bool has_seconds_ = false;
  std::int64_t seconds_ = 0;
  std::int32_t nanoseconds_ = 0;
  std::string why_;
};

}  // namespace

Result<Timestamp> ParseTimestamp(std::string_view text) { return TimeReader(text, false).Read(); }

Result<Timestamp> ParseTimestampLenient(std::string_view text) { return TimeReader(text, true).Read(); }

}  // namespace larder
