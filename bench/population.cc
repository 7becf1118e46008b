#include "population.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

namespace larder::bench {
namespace {

Digest DigestOf(std::uint64_t number) {
  std::mt19937_64 random(number);
  std::byte bytes[32];
  for (std::size_t i = 0; i < 32; i += 8) {
    const std::uint64_t word = random();
    for (std::size_t j = 0; j < 8; ++j) bytes[i + j] = static_cast<std::byte>(word >> (8 * j));
  }
  return Digest::FromBytes(DigestAlgorithm::sha256, bytes);
}

Labels LabelsOf(std::uint32_t number) {
  const std::uint32_t kind = number % 10;
  if (kind < 3) return {};
  const std::string version = "v1." + std::to_string(number % 1000) + ".0";
  Labels labels = {
      {"org.opencontainers.image.version", version},
      {"org.opencontainers.image.revision", DigestOf(number).ToString().substr(7, 40)},
      {"org.opencontainers.image.source", "https://git.example.com/team/project-" + std::to_string(number / 1000)},
      {"org.opencontainers.image.created", "2023-11-05T06:07:08.123456789Z"},
      {"org.opencontainers.image.licenses", "Apache-2.0"}};
  if (kind < 8) return labels;
  labels["org.opencontainers.image.title"] = "project-" + std::to_string(number / 1000);
  labels["org.opencontainers.image.description"] =
      "A service that does one thing of many, made and published by the team that keeps it";
  labels["org.opencontainers.image.vendor"] = "Example Team";
  labels["com.example.build.pipeline"] = "https://ci.example.com/pipelines/" + std::to_string(number);
  labels["maintainer"] = "team@example.com";
  return labels;
}

}  // namespace

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

ImageRecord RecordOf(std::uint32_t number) {
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id = RefOf(number);
  record.info.digest = DigestOf(number);
  record.info.platform_digest = number % 2 == 0 ? record.info.digest : DigestOf(number + (1ULL << 40));
  record.info.image_id = DigestOf(number + (1ULL << 41)).ToString();
  record.info.created_at = Timestamp(1'690'000'000 + number, 123'456'789);
  record.info.platform = DefaultPlatforms().front();
  record.info.first_seen = Timestamp::FromTime(kNow);
  record.info.last_fetched = kNow;
  record.info.labels = LabelsOf(number);
  record.interval = std::chrono::hours(24);
  record.deadline = kNow + std::chrono::hours(24);
  record.expiry = kNow + std::chrono::days(30) + std::chrono::seconds(number % 1'000'000);
  return record;
}

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
