#include "shape.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace larder::samples {
namespace {

// Adds to or takes from the middle ranks, one each in turn, until the sum is `total`; each stays within its bounds.
template <class Get>
void Settle(std::vector<RepositoryShape>& shapes, std::size_t total, Get get) {
  std::size_t sum = 0;
  for (RepositoryShape& shape : shapes) sum += get(shape);
  for (std::size_t i = 1; sum != total; i = i % (shapes.size() - 1) + 1) {
    std::size_t& value = get(shapes[i]);
    const std::size_t most = &value == &shapes[i].tags ? kOfficialLargest - 1 : shapes[i].tags;
    if (sum < total && value < most) {
      ++value;
      ++sum;
    } else if (sum > total && value > 2) {
      --value;
      --sum;
    }
  }
}

}  // namespace

std::vector<RepositoryShape> OfficialShapes(std::uint64_t seed) {
  Random random(SeedOf(seed, "shapes"));
  std::vector<RepositoryShape> shapes(kOfficialRepositories);
  for (std::size_t rank = 0; rank < shapes.size(); ++rank) {
    // A few giants and a long tail: two exponentials, fitted to official images' tag counts by rank.
    const double r = static_cast<double>(rank);
    const double tags = 270 * std::exp(-r / 28) + 850 * std::exp(-r / 2.4);
    shapes[rank].tags = std::max<std::size_t>(2, static_cast<std::size_t>(tags));
  }
  shapes.front().tags = kOfficialLargest;
  Settle(shapes, kOfficialTags, [](RepositoryShape& shape) -> std::size_t& { return shape.tags; });
  for (RepositoryShape& shape : shapes) {
    const std::size_t share = 2 + random.Below(5);  // tags an image
    shape.images = std::max<std::size_t>(1, shape.tags / share);
  }
  Settle(shapes, kOfficialImages, [](RepositoryShape& shape) -> std::size_t& { return shape.images; });
  return shapes;
}

std::vector<std::size_t> Spread(std::size_t tags, std::size_t images, Random& random) {
  std::vector<std::size_t> counts(images, 1);
  for (std::size_t left = tags - images; left > 0; --left) {
    // The lesser of two: some images have many aliases, most a few.
    ++counts[std::min(random.Below(images), random.Below(images))];
  }
  return counts;
}

std::size_t PlatformCount(Random& random) {
  // In 1,000, by number of platforms from 1 on.
  constexpr std::array<std::size_t, 12> kShares = {142, 316, 70, 171, 89, 30, 32, 141, 4, 2, 1, 2};
  std::uint64_t pick = random.Below(1000);
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    if (pick < kShares[i]) return i + 1;
    pick -= kShares[i];
  }
  return 1;
}

}  // namespace larder::samples
