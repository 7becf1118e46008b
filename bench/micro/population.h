// The images that the benchmarks read and write: 1,000 tags a repository, labels as images/made_image.h says.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "images/made_image.h"

namespace larder::bench {

inline constexpr std::uint32_t kTagsPerRepository = 1000;

// LARDER_BENCH_IMAGES, by default 1,000,000.
std::uint32_t Images();

ImageRef RefOf(std::uint32_t number);
ImageRecord RecordOf(std::uint32_t number);
std::pair<Key, std::vector<std::byte>> StoredOf(std::uint32_t number);

// `count` of the images in an order that no cache likes.
std::vector<std::uint32_t> RandomNumbers(std::size_t count, std::uint64_t seed);

}  // namespace larder::bench
