// AWS's signature of a request, computed anew from the bytes that arrived.
#pragma once

#include <string>

#include "support/scripted_server.h"

namespace larder::testing {

// "" where the request's Authorization is what the specification of Signature Version 4 says for that secret; else what
// is wrong with it.
std::string AwsSignatureProblem(const ScriptedRequest& request, const std::string& region, const std::string& service,
                                const std::string& secret_key);

}  // namespace larder::testing
