// Waiting for what other threads and processes do.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace larder::testing {

// How much longer than an optimised build a checked one may take, on a busy machine.
#ifdef NDEBUG
inline constexpr int kSlow = 1;
#else
inline constexpr int kSlow = 4;
#endif

// Polls until it holds; false after that long.
inline bool Eventually(const std::function<bool()>& holds, std::chrono::seconds patience = std::chrono::minutes(2)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace larder::testing
