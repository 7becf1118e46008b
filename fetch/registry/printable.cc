#include "registry/printable.h"

#include <algorithm>

namespace larder {
namespace {

// The length of the UTF-8 sequence that `text` starts with; 0 where it is none, or a control character of C1, or one of
// those that turn the direction of writing.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t length = 0;
  char32_t point = 0;
  if (byte(0) >= 0xC2 && byte(0) < 0xE0) {
    length = 2;
    point = byte(0) & 0x1Fu;
  } else if (byte(0) >= 0xE0 && byte(0) < 0xF0) {
    length = 3;
    point = byte(0) & 0x0Fu;
  } else if (byte(0) >= 0xF0 && byte(0) < 0xF5) {
    length = 4;
    point = byte(0) & 0x07u;
  }
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  if (length == 3 && (point < 0x800 || (point >= 0xD800 && point < 0xE000))) return 0;
  if (length == 4 && (point < 0x10000 || point > 0x10FFFF)) return 0;
  const bool turns = (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
                     (point >= 0x2066 && point <= 0x2069);
  return point < 0xA0 || turns ? 0 : length;
}

}  // namespace

std::string Printable(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view kDots = "...";
  std::string out;
  std::size_t whole = 0;  // how much of it leaves room for the dots
  bool space = false;
  while (!text.empty()) {
    const char c = text.front();
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      space = !out.empty();
      text.remove_prefix(1);
      continue;
    }
    const bool ascii = c > ' ' && c < '\x7f';
    const std::size_t length = ascii ? 1 : SequenceLength(text);
    const std::string_view piece = length == 0 ? std::string_view("?") : text.substr(0, length);
    if (out.size() + (space ? 1 : 0) + piece.size() > max_bytes) {
      out.resize(whole);
      return max_bytes < kDots.size() ? out : out.append(kDots);
    }
    if (space) out += ' ';
    space = false;
    out += piece;
    if (out.size() + kDots.size() <= max_bytes) whole = out.size();
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string Quoted(std::string_view text, std::size_t max_bytes) { return '"' + Printable(text, max_bytes) + '"'; }

}  // namespace larder
