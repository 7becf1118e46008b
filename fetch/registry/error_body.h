// What the body of a refused request says.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace larder {

inline constexpr std::size_t kMaxErrorMessage = 200;

struct ErrorBody {
  std::string code;     // in capitals, as in the specification: "MANIFEST_UNKNOWN"; "" where the body has none
  std::string message;  // one printable line of at most kMaxErrorMessage bytes; "" where the body says nothing
  // "MANIFEST_UNKNOWN: manifest unknown", or the one of both that there is.
  std::string ToString() const;
};

// Never fails: JSON of registries, token servers and AWS, HTML pages (their text), plain text, anything. None of
// `secrets` is in what it gives, though the body has it.
ErrorBody ReadErrorBody(std::string_view body, std::string_view content_type,
                        std::span<const std::string> secrets = {});

}  // namespace larder
