// How many repositories, tags and images there are, and how they are spread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "random.h"

namespace larder::samples {

inline constexpr std::size_t kOfficialRepositories = 137;
inline constexpr std::size_t kOfficialTags = 9849;
inline constexpr std::size_t kOfficialImages = 2220;
inline constexpr std::size_t kOfficialLargest = 1120;  // tags in one repository

struct RepositoryShape {
  std::size_t tags = 0;
  std::size_t images = 0;  // 1 .. tags
};

// kOfficialRepositories of them, largest first, which sum up to the numbers above.
std::vector<RepositoryShape> OfficialShapes(std::uint64_t seed);

// How many of `tags` tags each of `images` images has: each at least one.
std::vector<std::size_t> Spread(std::size_t tags, std::size_t images, Random& random);

// How many platforms an image has: 1 to 12, as often as official images have.
std::size_t PlatformCount(Random& random);

}  // namespace larder::samples
