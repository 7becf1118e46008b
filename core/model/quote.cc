#include "model/quote.h"

namespace larder {

std::string Quote(std::string_view text, std::size_t limit) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const bool cut = text.size() > limit;
  std::string quoted = "\"";
  for (char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      quoted += "\\x";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
    } else {
      quoted += c;
    }
  }
  quoted += cut ? "...\"" : "\"";
  return quoted;
}

}  // namespace larder
