// Texts of strangers in our messages: one line, bounded, nothing that a terminal or a log would act on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace larder {

// `text` in UTF-8 with control characters and what is no UTF-8 as '?', white space runs as one space, at most
// `max_bytes` long ("..." at the end where it was cut), and nothing at the ends.
std::string Printable(std::string_view text, std::size_t max_bytes);

// The same in double quotes.
std::string Quoted(std::string_view text, std::size_t max_bytes = 80);

}  // namespace larder
