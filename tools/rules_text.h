// The refresh rules in words: why a deadline is what it is, and what becomes of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "any_record.h"

namespace larder::tool {

// Why the record's deadline is what it is, in a few words; "" for records that have none.
std::string WhyDue(const AnyRecord& record, Time now);

// How the next deadline will be chosen: for each thing that may be seen, what follows. Computed by the rules themselves
// (larder/refresh_rules.h) from what the record holds.
struct NextStep {
  std::string seen;     // "the same digest"
  std::string follows;  // "in 2 d"
};
std::vector<NextStep> NextSteps(const AnyRecord& record, Time now);

}  // namespace larder::tool
