#include "micro/population.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

namespace larder::bench {

std::uint32_t Images() {
  std::uint32_t images = 1'000'000;
  if (const char* text = std::getenv("LARDER_BENCH_IMAGES"); text != nullptr) {
    const std::string_view view(text);
    std::from_chars(view.data(), view.data() + view.size(), images);
  }
  return images;
}

ImageRef RefOf(std::uint32_t number) {
  char text[96];
  std::snprintf(text, sizeof text, "ghcr.io/team-%u/project-%u:v1.%u.0", number / kTagsPerRepository % 50,
                number / kTagsPerRepository, number % kTagsPerRepository);
  return ImageRef::Parse(text).value();
}

ImageRecord RecordOf(std::uint32_t number) { return MadeRecord(RefOf(number), number); }

std::pair<Key, std::vector<std::byte>> StoredOf(std::uint32_t number) {
  const ImageRecord record = RecordOf(number);
  return {KeyOf(record), BuildImageRecord(record).value()};
}

std::vector<std::uint32_t> RandomNumbers(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> numbers(count);
  for (auto& number : numbers) number = static_cast<std::uint32_t>(random() % Images());
  return numbers;
}

}  // namespace larder::bench
