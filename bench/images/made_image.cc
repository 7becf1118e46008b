#include "images/made_image.h"

#include <string>

#include "random.h"

namespace larder::bench {
namespace {

constexpr std::int64_t kFirstCreated = 1'690'000'000;
constexpr std::int64_t kCreatedStep = 1'000;  // numbers share the seconds between two versions
constexpr std::uint64_t kPlatformSalt = 1ULL << 61;
constexpr std::uint64_t kConfigSalt = 1ULL << 62;

Labels LabelsOf(std::uint64_t number) {
  const std::uint64_t kind = number % 10;
  if (kind < 3) return {};
  const std::string project = std::to_string(number / 1000);
  Labels labels = {{"org.opencontainers.image.version", "v1." + std::to_string(number % 1000) + ".0"},
                   {"org.opencontainers.image.revision", DigestOf(number).ToString().substr(7, 40)},
                   {"org.opencontainers.image.source", "https://git.example.com/team/project-" + project},
                   {"org.opencontainers.image.created", "2023-11-05T06:07:08.123456789Z"},
                   {"org.opencontainers.image.licenses", "Apache-2.0"}};
  if (kind < 8) return labels;
  labels["org.opencontainers.image.title"] = "project-" + project;
  labels["org.opencontainers.image.description"] =
      "A service that does one thing of many, made and published by the team that keeps it";
  labels["org.opencontainers.image.vendor"] = "Example Team";
  labels["com.example.build.pipeline"] = "https://ci.example.com/pipelines/" + std::to_string(number);
  labels["maintainer"] = "team@example.com";
  return labels;
}

}  // namespace

Digest DigestOf(std::uint64_t number) {
  samples::Random random(number);
  std::byte bytes[32];
  for (std::size_t i = 0; i < 32; i += 8) {
    const std::uint64_t word = random.Next();
    for (std::size_t j = 0; j < 8; ++j) bytes[i + j] = static_cast<std::byte>(word >> (8 * j));
  }
  return Digest::FromBytes(DigestAlgorithm::sha256, bytes);
}

Digest DigestOf(std::uint64_t number, std::uint32_t version) {
  return DigestOf(number + (static_cast<std::uint64_t>(version) << 40));
}

ImageRecord MadeRecord(ImageRef ref, std::uint64_t number, std::uint32_t version) {
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id = std::move(ref);
  record.info.digest = DigestOf(number, version);
  record.info.platform_digest = number % 2 == 0 ? record.info.digest : DigestOf(number + kPlatformSalt, version);
  record.info.image_id = DigestOf(number + kConfigSalt, version).ToString();
  record.info.created_at =
      Timestamp(kFirstCreated + static_cast<std::int64_t>(number % kCreatedStep) + version * kCreatedStep, 123'456'789);
  record.info.platform = DefaultPlatforms().front();
  record.info.first_seen = Timestamp::FromTime(kNow);
  record.info.last_fetched = kNow;
  record.info.labels = LabelsOf(number);
  record.interval = std::chrono::hours(24);
  record.deadline = kNow + std::chrono::hours(24);
  record.expiry = kNow + std::chrono::days(30) + std::chrono::seconds(number % 1'000'000);
  return record;
}

std::uint32_t VersionOf(const Timestamp& created, std::uint64_t number) {
  return static_cast<std::uint32_t>(
      (created.unix_seconds() - kFirstCreated - static_cast<std::int64_t>(number % kCreatedStep)) / kCreatedStep);
}

}  // namespace larder::bench
