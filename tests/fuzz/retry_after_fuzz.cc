// Whatever a registry says, a wait is between nothing and its limit.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/retry_after.h"

namespace {

constexpr larder::Time kNow = larder::Time(std::chrono::seconds(1'746'136'000));

void Require(bool holds) {
  if (!holds) std::abort();
}

void RequireBounded(const std::optional<larder::Time>& when) {
  if (when.has_value()) Require(*when >= kNow && *when <= kNow + larder::http::kMaxRetryAfter);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RequireBounded(larder::http::ParseRetryAfter(text, kNow));
  RequireBounded(larder::http::RetryAfterInMessage(text, kNow));
  if (const auto wait = larder::http::ParseGoDuration(text)) Require(*wait >= larder::Duration(0));
  if (const auto limit = larder::http::ParseRateLimit(text)) Require(!limit->window || limit->window->count() >= 0);
  return 0;
}
