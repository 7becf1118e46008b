// Characters of the grammars that Larder reads: ASCII, whatever the locale.
#pragma once

namespace larder {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace larder
