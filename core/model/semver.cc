#include "model/semver.h"
#include "model/ascii.h"

#include <algorithm>
#include <charconv>

namespace larder {
namespace {

bool IsIdentifierCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

int Sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

bool TakeNumber(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// The text up to `separator`, which is taken away with it; all of it where there is none.
std::string_view TakePart(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return part;
}

// Dotted identifiers, none of them empty.
bool AreIdentifiers(std::string_view text) {
  if (text.empty() || text.ends_with('.')) return false;
  while (!text.empty()) {
    const std::string_view part = TakePart(text, '.');
    if (part.empty() || !std::all_of(part.begin(), part.end(), IsIdentifierCharacter)) return false;
  }
  return true;
}

bool IsNumeric(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

// Digits of any length, as numbers.
int CompareDigits(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return Sign(a <=> b);
}

int CompareIdentifiers(std::string_view a, std::string_view b) {
  const bool a_numeric = IsNumeric(a);
  const bool b_numeric = IsNumeric(b);
  if (a_numeric && b_numeric) return CompareDigits(a, b);
  if (a_numeric != b_numeric) return a_numeric ? -1 : 1;
  return Sign(a <=> b);
}

int ComparePrerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  while (!a.empty() && !b.empty()) {
    if (const int order = CompareIdentifiers(TakePart(a, '.'), TakePart(b, '.')); order != 0) return order;
  }
  return static_cast<int>(b.empty()) - static_cast<int>(a.empty());
}

}  // namespace

std::optional<Semver> ParseSemver(std::string_view text) {
  Semver version;
  if (text.starts_with('v')) text.remove_prefix(1);
  if (!TakeNumber(text, version.numbers[0])) return std::nullopt;
  for (std::size_t i = 1; i < version.numbers.size() && text.starts_with('.'); ++i) {
    text.remove_prefix(1);
    if (!TakeNumber(text, version.numbers[i])) return std::nullopt;
  }
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    version.metadata = text.substr(plus + 1);
    if (!AreIdentifiers(version.metadata)) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (text.empty()) return version;
  if (!text.starts_with('-')) return std::nullopt;
  version.prerelease = text.substr(1);
  if (!AreIdentifiers(version.prerelease)) return std::nullopt;
  return version;
}

int ComparePrecedence(const Semver& a, const Semver& b) {
  if (const auto order = a.numbers <=> b.numbers; order != 0) return Sign(order);
  return ComparePrerelease(a.prerelease, b.prerelease);
}

}  // namespace larder
