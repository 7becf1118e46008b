// Which image is read next.
#pragma once

#include <cstdint>

namespace larder::bench {

// SplitMix64 (Steele, Lea and Flood, 2014): fast, and the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t Below(std::uint64_t n) { return Next() % n; }
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1p-53; }  // [0, 1)

 private:
  std::uint64_t state_;
};

// Numbers 0 .. n-1, number r as often as 1 / (r + 1)^theta (Gray et al., "Quickly generating billion-record synthetic
// databases", 1994). Making one costs a sum over n.
class Zipf {
 public:
  // REQUIRES: n > 0, 0 < theta < 1.
  Zipf(std::uint64_t n, double theta);
  std::uint64_t Next(Random& random) const;

 private:
  std::uint64_t n_;
  double theta_, zeta_, alpha_, eta_;
};

// Spreads ranks over all numbers, so that what is read often does not lie together: a permutation of 0 .. n-1.
// REQUIRES: 0 < n <= 2^31.
class Scatter {
 public:
  explicit Scatter(std::uint64_t n);
  std::uint64_t Of(std::uint64_t rank) const;

 private:
  std::uint64_t n_, factor_;
};

}  // namespace larder::bench
