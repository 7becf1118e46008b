// A store as a refresher would have left it, made of the demo's repositories by the rules alone: no network, no clock.
#pragma once

#include <string>

#include "larder/error.h"
#include "larder/time.h"

namespace larder::tool {

inline constexpr const char* kSampleHost = "registry.example.com";
inline constexpr Time kSampleNow{std::chrono::seconds(1'719'792'000)};  // 2024-07-01T00:00:00Z, after they were made

// Into the store at `url`, as of kSampleNow: tags that were checked some hours ago, some that moved lately, failing and
// excluded ones, a host that limits pulls, and facts by digest. The same records each time.
Result<void> FillWithSamples(const std::string& url);

}  // namespace larder::tool
