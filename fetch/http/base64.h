// Base64, as headers and credentials use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder {

std::string EncodeBase64(std::string_view bytes);

// Both alphabets, with or without padding, blanks and line ends skipped. nullopt for anything else.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace larder
