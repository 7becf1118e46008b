// What changed, as a line of JSON.
#pragma once

#include <string>

#include "larder/events.h"

namespace larder::tool {

// {"Event":"tag_moved","At":"2024-01-01T00:00:00Z","Ref":"alpine:3","From":"sha256:...","To":"sha256:..."}; what is
// empty is left out. Ends with a newline.
std::string EventLine(const Event& event);

}  // namespace larder::tool
