// What a request shows to whoever answers it, so that no answer that echoes it brings it into a log, an error or a
// store.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace larder::http {

struct Request;

// The values of Authorization (of Basic the password too) and of other headers with tokens, and of the form fields of
// query and body that are named for a token, a secret, a password, an assertion or a signature.
std::vector<std::string> SecretsOf(const Request& request);

// `text` with "***" for each secret in it: as it is, percent-encoded (as in a form too), or escaped for JSON or
// HTML as common libraries do. One of 24 bytes or more is also found where the text has but its beginning, 12 bytes of
// it or more; one of less than 4 bytes only where it stands as a word of its own.
std::string WithoutSecrets(std::string_view text, std::span<const std::string> secrets);

}  // namespace larder::http
