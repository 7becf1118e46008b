// C++ cut into words, as roughly as the rules about coroutines need it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace larder::layout {

struct Token {
  std::string text;  // an identifier, or one character ("::" and "->" are one token); literals are "0", "\"\"" and "''"
  std::size_t line = 0;
};

// Without comments, directives and the insides of literals.
std::vector<Token> TokensOf(std::string_view source);

}  // namespace larder::layout
