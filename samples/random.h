// Random numbers that are the same on every machine for a seed (std::uniform_int_distribution is not).
#pragma once

#include <cstdint>
#include <string_view>

namespace larder::samples {

// SplitMix64 (Steele, Lea and Flood, 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // 0 .. n-1. REQUIRES: n > 0.
  std::uint64_t Below(std::uint64_t n) { return Next() % n; }
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1p-53; }  // [0, 1)
  // True in `percent` of 100.
  bool Chance(std::uint64_t percent) { return Below(100) < percent; }

 private:
  std::uint64_t state_;
};

// FNV-1a: a seed from a name.
inline std::uint64_t SeedOf(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325u ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

}  // namespace larder::samples
