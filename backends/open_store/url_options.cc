#include "url_options.h"

#include <array>
#include <charconv>
#include <limits>

namespace larder::open_store {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 10> kSizes = {{{"", 1},
                                          {"B", 1},
                                          {"KiB", 1ull << 10},
                                          {"MiB", 1ull << 20},
                                          {"GiB", 1ull << 30},
                                          {"TiB", 1ull << 40},
                                          {"kB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000},
                                          {"TB", 1'000'000'000'000}}};
constexpr std::array<Unit, 4> kDurations = {{{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<Unit, 1> kCounts = {{{"", 1}}};

// The most that fits what it is kept in: file offsets, milliseconds.
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

template <std::size_t N>
Result<std::uint64_t> ParseWithUnit(std::string_view text, const std::array<Unit, N>& units, std::string_view example) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& each : units) {
    if (failed != std::errc() || unit != each.name) continue;
    if (number > kMost / each.factor) return Fail(Errc::invalid_argument, "'" + std::string(text) + "' is too large");
    return number * each.factor;
  }
  return Fail(Errc::invalid_argument, "'" + std::string(text) + "' is not " + std::string(example));
}

}  // namespace

Result<std::uint64_t> ParseSize(std::string_view text) {
  return ParseWithUnit(text, kSizes, "a size such as 64MiB or 1GiB");
}

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  LARDER_ASSIGN_OR_RETURN(const std::uint64_t ms,
                          ParseWithUnit(text, kDurations, "a duration such as 500ms, 2s, 5m or 1h"));
  return std::chrono::milliseconds{static_cast<std::int64_t>(ms)};
}

Result<std::uint64_t> ParseCount(std::string_view text) { return ParseWithUnit(text, kCounts, "a whole number"); }

std::string UrlOptions::Take(const std::string& name) {
  known_.append(known_.empty() ? "" : ", ").append(name);
  const auto node = left_.extract(name);
  if (node.empty()) return {};
  if (node.mapped().empty()) Note(Fail(Errc::invalid_argument, name + " has no value"));
  return node.mapped();
}

void UrlOptions::Note(std::unexpected<Error> failed) {
  if (first_error_.has_value()) first_error_ = std::move(failed);
}

template <class T, class U>
void UrlOptions::Set(const std::string& name, Result<T> parsed, U& value) {
  if (parsed.has_value()) {
    value = static_cast<U>(*parsed);
  } else {
    Note(std::unexpected<Error>(std::move(parsed).error().WithContext(name)));
  }
}

void UrlOptions::TakeSize(const std::string& name, std::uint64_t& value) {
  if (const auto text = Take(name); !text.empty()) Set(name, ParseSize(text), value);
}

void UrlOptions::TakeCount(const std::string& name, std::size_t& value) {
  if (const auto text = Take(name); !text.empty()) Set(name, ParseCount(text), value);
}

void UrlOptions::TakeDuration(const std::string& name, std::chrono::milliseconds& value) {
  if (const auto text = Take(name); !text.empty()) Set(name, ParseDuration(text), value);
}

void UrlOptions::TakeText(const std::string& name, std::string& value) {
  if (auto text = Take(name); !text.empty()) value = std::move(text);
}

Result<void> UrlOptions::Finish() {
  if (!left_.empty()) {
    Note(Fail(Errc::invalid_argument, "there is no option '" + left_.begin()->first + "'; there " +
                                          (known_.empty() ? "are none" : "are " + known_)));
  }
  return std::move(first_error_);
}

}  // namespace larder::open_store
