// Which image is read next.
#pragma once

#include <cstdint>
#include <optional>

#include "random.h"

namespace larder::bench {

using samples::Random;

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

// One thread's picks of 0 .. n-1. Uniform: every number once before any comes again, from another place on for each
// thread. By zipf: scattered, as often as their rank says.
class Picker {
 public:
  // `theta` of 0: uniform. REQUIRES: as Zipf and Scatter.
  Picker(std::uint64_t n, double theta, std::uint64_t seed, unsigned thread, unsigned threads);
  std::uint64_t Next();

 private:
  std::uint64_t n_;
  Random random_;
  Scatter scatter_;
  std::optional<Zipf> zipf_;
  std::uint64_t rank_ = 0;
};

}  // namespace larder::bench
