// What an answer's headers say about limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "http/session.h"
#include "larder/limits.h"
#include "larder/time.h"

namespace larder {

struct LimitHeaders {
  // Of Retry-After, else, or where that cannot be read, of the text of a 429 that has it there; not beyond kLongestBan.
  std::optional<Time> retry_at;
  // Of `ratelimit-limit: 100;w=21600` and `ratelimit-remaining`; blank and malformed values are as if not sent.
  std::optional<std::int64_t> limit, remaining;
  std::chrono::seconds window{0};  // of w=, or up to `ratelimit-reset`; 0: not said
};

LimitHeaders ReadLimitHeaders(const http::Response& response, Time now);

}  // namespace larder
