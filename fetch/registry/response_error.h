// What went wrong with a request, and who is to blame for it: the table of docs/refreshing.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/session.h"
#include "larder/client.h"

namespace larder {

enum class Asked : std::uint8_t { tag_list, manifest, blob };

// An answer that is not the one hoped for. `what` names what was asked for: "tag list of ghcr.io/a/b".
FetchError RefusedBy(Asked asked, const http::Response& response, std::string_view what, Time now);

// No answer at all.
FetchError Unanswered(Asked asked, Error error, std::string_view what);

// An answer that cannot be read, or is not what was asked for.
FetchError BadAnswer(Asked asked, Error error, std::string_view what);

}  // namespace larder
