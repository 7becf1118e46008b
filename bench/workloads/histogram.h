// How long calls took: counts in buckets that are at most 1/32 wide, from 1 ns to centuries, in 16 kB.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace larder::bench {

// One thread; Add of another one's merges them.
class Histogram {
 public:
  void Record(std::chrono::nanoseconds taken);
  void Add(const Histogram& other);

  std::uint64_t count() const { return count_; }
  double mean_ns() const { return count_ == 0 ? 0 : total_ns_ / static_cast<double>(count_); }
  std::uint64_t max_ns() const { return max_ns_; }
  // The upper end of the bucket that the `quantile` (0 .. 1) falls into, at most max_ns; 0 with nothing recorded.
  std::uint64_t At(double quantile) const;

 private:
  static constexpr unsigned kSubBits = 5;
  static constexpr std::size_t kSub = 1 << kSubBits;
  static constexpr std::size_t kOctaves = 64;
  static std::size_t BucketOf(std::uint64_t ns);
  static std::uint64_t EndOf(std::size_t bucket);

  std::array<std::uint64_t, kSub * kOctaves> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
  double total_ns_ = 0;
};

}  // namespace larder::bench
