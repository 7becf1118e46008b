// The patterns in which images are named: to include, to exclude, to read label times of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"

namespace LARDER_API larder {

// '*' stands for any characters, none and '/' among them; '?' for exactly one. Everything else for itself, and the
// pattern for the whole text. Time is at most pattern times text, without recursion.
bool GlobMatches(std::string_view pattern, std::string_view text);

// True where any of the patterns matches.
bool AnyGlobMatches(const std::vector<std::string>& patterns, std::string_view text);

}  // namespace larder
