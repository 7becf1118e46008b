// HTTP/1.1 as the scripted server reads and writes it.
#pragma once

#include <optional>
#include <string>

#include "support/byte_stream.h"
#include "support/scripted_server.h"

namespace larder::testing {

// Reads the next request of a connection. `pending` keeps what came beyond it. nullopt: the connection ended, or what
// came is not HTTP.
std::optional<ScriptedRequest> ReadRequest(ByteStream& stream, std::string& pending);

// The bytes of an answer to `method`.
std::string Format(const ScriptedReply& reply, const std::string& method);

}  // namespace larder::testing
