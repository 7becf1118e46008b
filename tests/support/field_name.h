// Names of header fields, which HTTP compares without case.
#pragma once

#include <strings.h>

#include <string_view>

namespace larder::testing {

inline bool SameFieldName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace larder::testing
