#include "json_writer.h"

#include <array>
#include <charconv>

namespace larder::tool {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool Continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// The length of the UTF-8 character at `at`; 0 where there is none.
std::size_t CharacterAt(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const auto second = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !Continues(text, at + 1)) return 0;
  if (first < 0xE0) return 2;
  if (!Continues(text, at + 2)) return 0;
  if (first < 0xF0) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  const bool outside = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
  return outside || !Continues(text, at + 3) ? 0 : 4;
}

bool IsPlain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

void AppendEscaped(std::string& out, unsigned char c) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  static constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '\\';
  if (const auto named = kNamed.find(static_cast<char>(c)); named != std::string_view::npos) {
    out += kLetters[named];
    return;
  }
  out += "u00";
  out += kHex[c >> 4U];
  out += kHex[c & 0xFU];
}

}  // namespace

void JsonWriter::Quoted(std::string_view text) {
  out_ += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t plain = at;
    while (plain < text.size() && IsPlain(static_cast<unsigned char>(text[plain]))) ++plain;
    out_.append(text, at, plain - at);
    at = plain;
    if (at == text.size()) break;
    const std::size_t length = CharacterAt(text, at);
    if (length == 1) {
      AppendEscaped(out_, static_cast<unsigned char>(text[at]));
    } else {
      out_ += length == 0 ? kReplacement : text.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  out_ += '"';
}

void JsonWriter::NewLine() {
  if (style_ == Style::compact) return;
  out_ += '\n';
  out_.append(2 * levels_.size(), ' ');
}

void JsonWriter::Next(std::string_view name) {
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.empty) out_ += ',';
  level.empty = false;
  NewLine();
  if (level.close != '}') return;
  Quoted(name);
  out_ += style_ == Style::compact ? ":" : ": ";
}

void JsonWriter::Begin(std::string_view name, char open) {
  Next(name);
  out_ += open;
  levels_.push_back({open == '{' ? '}' : ']', true});
}

void JsonWriter::End() {
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.empty) NewLine();
  out_ += level.close;
}

void JsonWriter::Text(std::string_view name, std::string_view value) {
  Next(name);
  Quoted(value);
}

void JsonWriter::Number(std::string_view name, std::uint64_t value) {
  Next(name);
  out_ += std::to_string(value);
}

void JsonWriter::Real(std::string_view name, double value) {
  Next(name);
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  out_.append(text.data(), error == std::errc() ? end : text.data());
}

void JsonWriter::Bool(std::string_view name, bool value) {
  Next(name);
  out_ += value ? "true" : "false";
}

void JsonWriter::TextIf(std::string_view name, std::string_view value) {
  if (!value.empty()) Text(name, value);
}

void JsonWriter::NumberIf(std::string_view name, std::uint64_t value) {
  if (value != 0) Number(name, value);
}

void JsonWriter::BoolIf(std::string_view name, bool value) {
  if (value) Bool(name, true);
}

void JsonWriter::TimeIf(std::string_view name, Time value) {
  if (value != Time{}) Text(name, FormatTime(value));
}

void JsonWriter::TimeIf(std::string_view name, const Timestamp& value) {
  if (!value.IsNone()) Text(name, FormatTimestamp(value));
}

}  // namespace larder::tool
