// The images that benchmarks read and write: made by rules from their number, the same on every machine.
//
// 1,000 tags a repository. Labels, as the records of large public repositories have them: 3 of 10 images have none, 5
// have five OCI labels (some 230 bytes), 2 have ten (some 520 bytes).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "larder/image_record.h"

namespace larder::bench {

inline constexpr Time kNow{std::chrono::seconds(1'704'067'200)};
inline constexpr std::uint32_t kTagsPerRepository = 1000;

// LARDER_BENCH_IMAGES, by default 1,000,000.
std::uint32_t Images();

ImageRef RefOf(std::uint32_t number);
ImageRecord RecordOf(std::uint32_t number);
std::pair<Key, std::vector<std::byte>> StoredOf(std::uint32_t number);

// `count` of the images in an order that no cache likes.
std::vector<std::uint32_t> RandomNumbers(std::size_t count, std::uint64_t seed);

}  // namespace larder::bench
