// Requests that fill a host's slots.
#pragma once

#include <string>
#include <vector>

#include "fetch/http/fetching.h"
#include "http/session.h"
#include "support/scripted_server.h"

namespace larder::http {

inline SessionOptions WithSlots(int slots) {
  SessionOptions options;
  options.hosts["*"].slots = slots;
  return options;
}

inline testing::ScriptedReply Stalled() {
  testing::ScriptedReply reply(200, "late");
  reply.stall = true;
  return reply;
}

inline std::vector<Request> Many(const std::string& url, std::size_t count) {
  return std::vector<Request>(count, testing::Get(url));
}

}  // namespace larder::http
