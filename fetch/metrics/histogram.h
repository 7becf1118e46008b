// How long something took, counted without a lock.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>

namespace larder::metrics {

inline constexpr std::size_t kBuckets = 12;  // and one for what took longer
// Upper bounds in seconds: of look-ups in a store, and of requests to a registry.
inline constexpr std::array<double, kBuckets> kStoreBounds = {1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5,
                                                              1e-4, 2.5e-4, 1e-3, 1e-2, 1e-1,   1};
inline constexpr std::array<double, kBuckets> kFetchBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                              0.5,   1,    2.5,   5,    10,  30};

class Histogram {
 public:
  // `bounds` ascend, and must outlive it.
  explicit Histogram(const std::array<double, kBuckets>& bounds) : bounds_(bounds) {}

  void Observe(std::chrono::nanoseconds took);

  struct Snapshot {
    std::array<std::uint64_t, kBuckets + 1> counts{};  // each bucket's own
    double sum = 0;                                    // seconds
  };
  // What is added meanwhile may be in it or not.
  Snapshot Take() const;
  const std::array<double, kBuckets>& bounds() const { return bounds_; }

 private:
  const std::array<double, kBuckets>& bounds_;
  std::array<std::atomic<std::uint64_t>, kBuckets + 1> counts_{};
  std::atomic<std::uint64_t> nanoseconds_{0};
};

}  // namespace larder::metrics
