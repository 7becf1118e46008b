// Times and sizes in words, as tables and messages show them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "larder/time.h"

namespace larder::tool {

// "3 d", "5 h", "2 min", "12 s", the largest unit that gives at least 1 (days up to 99, then "14 mo", "3 y").
std::string Span(Duration duration);
// "90s", "10m", "2h", "7d": a whole number and its unit. nullopt for anything else, and for more than 100 years.
std::optional<Duration> ParseSpan(std::string_view text);
// "3 d ago", "in 5 h", "now"; "never" for the epoch.
std::string Relative(Time time, Time now);
std::string Relative(const Timestamp& time, Time now);  // "-" for none
// Control characters as '?': what strangers wrote moves no cursor and sets no colour.
std::string Clean(std::string text);
// The first 12 hex digits, as docker shows them; "-" for none.
std::string ShortDigest(std::string_view digest);
// "1,234".
std::string Thousands(std::uint64_t number);
// "1.2 MiB".
std::string Bytes(std::uint64_t bytes);
// "1 tag", "2 tags".
std::string Counted(std::uint64_t number, std::string_view one, std::string_view many);

}  // namespace larder::tool
