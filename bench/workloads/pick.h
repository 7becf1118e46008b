// Which image is read next.
#pragma once

#include <cstdint>

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

}  // namespace larder::bench
