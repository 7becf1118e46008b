#include "http/easy_handles.h"

#include <utility>

namespace larder::http {

namespace {
// A handle keeps its buffer of 16 KiB: enough of them for the bursts of a few hosts.
constexpr std::size_t kIdle = 32;
}  // namespace

Easy EasyHandles::Take() {
  if (idle_.empty()) return Easy(curl_easy_init());
  Easy easy = std::move(idle_.back());
  idle_.pop_back();
  return easy;
}

void EasyHandles::Give(Easy easy) {
  if (easy == nullptr || idle_.size() >= kIdle) return;
  curl_easy_reset(easy.get());
  idle_.push_back(std::move(easy));
}

}  // namespace larder::http
