#include "json/clamp_numbers.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace larder::json {
namespace {

constexpr std::string_view kDigits = "0123456789";

// The parts of a number by JSON's grammar; whole is empty where `token` is none.
struct Number {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent;  // with its sign, as from_chars takes it
  bool is_integer = true;
};

std::string_view TakeDigits(std::string_view& rest) {
  const std::string_view digits = rest.substr(0, rest.find_first_not_of(kDigits));
  rest.remove_prefix(digits.size());
  return digits;
}

Number SplitNumber(std::string_view token) {
  Number number;
  std::string_view rest = token;
  if (rest.starts_with('-')) {
    number.negative = true;
    rest.remove_prefix(1);
  }
  number.whole = TakeDigits(rest);
  if (number.whole.empty() || (number.whole.size() > 1 && number.whole.front() == '0')) return {};
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    number.fraction = TakeDigits(rest);
    number.is_integer = false;
    if (number.fraction.empty()) return {};
  }
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    number.exponent = rest;
    number.is_integer = false;
    if (rest.starts_with('-')) rest.remove_prefix(1);
    if (TakeDigits(rest).empty()) return {};
  }
  return rest.empty() ? number : Number{};
}

// True where a number that from_chars calls out of range is so because it is large.
bool IsLarge(const Number& number) {
  std::int64_t exponent = 0;
  if (!number.exponent.empty()) {
    const auto end = number.exponent.data() + number.exponent.size();
    if (std::from_chars(number.exponent.data(), end, exponent).ec != std::errc()) return number.exponent.front() != '-';
    // No document is long enough for its digits to outweigh more than this.
    exponent = std::min<std::int64_t>(std::max<std::int64_t>(exponent, -1'000'000'000'000), 1'000'000'000'000);
  }
  if (number.whole != "0") return static_cast<std::int64_t>(number.whole.size()) + exponent > 0;
  const std::size_t zeros = std::min(number.fraction.find_first_not_of('0'), number.fraction.size());
  return exponent - static_cast<std::int64_t>(zeros) > 0;
}

bool IsZero(const Number& number) {
  return number.whole == "0" && number.fraction.find_first_not_of('0') == std::string_view::npos;
}

void AppendClamped(std::string& out, std::string_view token) {
  const Number number = SplitNumber(token);
  if (number.whole.empty()) {
    out += token;
    return;
  }
  double parsed = 0;
  if (IsZero(number) || std::from_chars(token.data(), token.data() + token.size(), parsed).ec == std::errc()) {
    std::int64_t narrow = 0;
    const bool wide =
        number.is_integer && std::from_chars(token.data(), token.data() + token.size(), narrow).ec != std::errc();
    out += IsZero(number) ? std::string_view("0.0") : token;
    if (wide) out += "e0";
  } else if (IsLarge(number)) {
    out += number.negative ? "-1.7976931348623157e308" : "1.7976931348623157e308";
  } else {
    out += "0.0";
  }
}

}  // namespace

std::string ClampNumbers(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!in_string && (c == '-' || kDigits.find(c) != std::string_view::npos)) {
      const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE", i), text.size());
      AppendClamped(out, text.substr(i, end - i));
      i = end;
      continue;
    }
    if (c == '"') in_string = !in_string;
    out += c;
    ++i;
    if (in_string && c == '\\' && i < text.size()) out += text[i++];
  }
  return out;
}

}  // namespace larder::json
