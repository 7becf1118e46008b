// Enumerates one server's keys with `lru_crawler metadump`, on a connection of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "address.h"
#include "larder/error.h"

namespace larder::memcached {

// Calls `visit` with each key, as it is after %-decoding; a key may come more than once or, where it was written
// meanwhile, not at all. `visit` should be quick: the server's crawler waits for it, and there is only one.
//
// Waits while another crawl runs. unavailable where the server fails or `bound`, for all of it, is over; unsupported
// where its crawler is switched off.
Result<void> CrawlKeys(const Endpoint& endpoint, std::chrono::milliseconds bound,
                       const std::function<void(std::string_view key)>& visit);

// The key of one line of the dump ("key=... exp=... ..."), %-decoded into `buffer`; empty where the line is no such
// line.
std::string_view KeyOfDumpLine(std::string_view line, std::string& buffer);

}  // namespace larder::memcached
