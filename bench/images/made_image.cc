#include "images/made_image.h"

#include <string>

#include "platforms.h"
#include "random.h"
#include "shape.h"

namespace larder::bench {
namespace {

constexpr std::int64_t kFirstCreated = 1'690'000'000;
constexpr std::int64_t kCreatedStep = 1'000;  // numbers share the seconds between two versions
constexpr unsigned kChildShift = 57;          // numbers and versions stay below: 12 children fit under the next salt
constexpr std::uint64_t kPlatformSalt = 1ULL << 61;
constexpr std::uint64_t kConfigSalt = 1ULL << 62;
constexpr std::uint64_t kPlatformsSeed = 0x9E3779B97F4A7C15;
constexpr std::uint64_t kManifestBytes = 1234;
constexpr std::size_t kWindows = 10;  // its place in samples::kPlatforms

static_assert(MadePlatforms::kMost == samples::kPlatforms.size());

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

Digest ChildDigest(std::uint64_t number, std::uint32_t version, std::size_t child) {
  return DigestOf(number + kPlatformSalt + (static_cast<std::uint64_t>(child) << kChildShift), version);
}

Digest ConfigDigest(std::uint64_t number, std::uint32_t version) { return DigestOf(number + kConfigSalt, version); }

Timestamp CreatedOf(std::uint64_t number, std::uint32_t version) {
  return {kFirstCreated + static_cast<std::int64_t>(number % kCreatedStep) + version * kCreatedStep, 123'456'789};
}

Platform ChosenPlatform(const MadePlatforms& platforms) {
  return samples::kPlatforms[platforms.windows ? kWindows : 0].ToPlatform();
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

MadePlatforms PlatformsOf(std::uint64_t number) {
  samples::Random random(number ^ kPlatformsSeed);
  MadePlatforms platforms;
  platforms.count = static_cast<std::uint8_t>(samples::PlatformCount(random));
  // Most images for a single platform are for Windows.
  platforms.windows = platforms.count == 1 && random.Chance(60);
  return platforms;
}

ImageRecord MadeRecord(ImageRef ref, std::uint64_t number, std::uint32_t version, const MadePlatforms& platforms) {
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id = std::move(ref);
  record.info.digest = DigestOf(number, version);
  record.info.platform_digest = platforms.count == 1 ? record.info.digest : ChildDigest(number, version, 0);
  record.info.image_id = ConfigDigest(number, version).ToString();
  record.info.created_at = CreatedOf(number, version);
  record.info.platform = ChosenPlatform(platforms);
  record.info.first_seen = Timestamp::FromTime(kNow);
  record.info.last_fetched = kNow;
  record.info.labels = LabelsOf(number);
  record.interval = std::chrono::hours(24);
  record.deadline = kNow + std::chrono::hours(24);
  record.expiry = ExpiryOf(number);
  return record;
}

Time ExpiryOf(std::uint64_t number) { return kNow + std::chrono::days(30) + std::chrono::seconds(number % kExpiries); }

void Renew(ImageRecord& record) {
  record.info.last_fetched = kNow + std::chrono::hours(1);
  record.deadline = kNow + std::chrono::hours(25);
}

std::vector<ManifestFacts> MadeFacts(std::uint64_t number, std::uint32_t version, const MadePlatforms& platforms) {
  ManifestFacts image;
  image.digest = platforms.count == 1 ? DigestOf(number, version) : ChildDigest(number, version, 0);
  image.image_id = ConfigDigest(number, version).ToString();
  image.platform = ChosenPlatform(platforms);
  image.created = CreatedOf(number, version);
  image.labels = LabelsOf(number);
  if (platforms.count == 1) return {image};
  ManifestFacts index;
  index.digest = DigestOf(number, version);
  index.kind = ManifestKind::oci_index;
  for (std::size_t i = 0; i < platforms.count; ++i) {
    ChildManifest child;
    child.digest = ChildDigest(number, version, i);
    child.platform = samples::kPlatforms[i].ToPlatform();
    child.size = kManifestBytes;
    index.children.push_back(std::move(child));
  }
  return {index, image};
}

std::uint32_t VersionOf(const Timestamp& created, std::uint64_t number) {
  return static_cast<std::uint32_t>(
      (created.unix_seconds() - kFirstCreated - static_cast<std::int64_t>(number % kCreatedStep)) / kCreatedStep);
}

}  // namespace larder::bench
