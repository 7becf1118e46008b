// Retry-After, in each of the forms in which registries send it.
#pragma once

#include <optional>
#include <string_view>

#include "larder/time.h"

namespace larder::http {

// Seconds (also with a fraction), a date of RFC 9110 in its three forms, seconds since 1970 (from 1e9 on: Docker Hub), or
// a duration as Go prints it ("331.163µs", "2h": GHCR). What lies in the past is `now`. nullopt for anything else.
std::optional<Time> ParseRetryAfter(std::string_view value, Time now);

}  // namespace larder::http
