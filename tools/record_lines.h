// One record in full, for people: a name and a value a line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "any_record.h"

namespace larder::tool {

using NamedLines = std::vector<std::pair<std::string, std::string>>;

// "2024-01-01T00:00:00Z  (3 h ago)"; "-" for none.
std::string WithRelative(Time time, Time now);
std::string WithRelative(const Timestamp& time, Time now);

// What the record says, apart from its header; nothing for what it does not say.
NamedLines LinesOf(const AnyRecord& record, Time now);
// Names in one column, dimmed where there is colour; values as they are, control characters as '?'.
void PrintLines(const Console& console, const NamedLines& lines);

}  // namespace larder::tool
