#include <algorithm>
#include <cmath>

#include "larder/sample_builder.h"
#include "platforms.h"
#include "random.h"
#include "shape.h"
#include "tag_names.h"

namespace larder::samples {
namespace {

// What the images of a repository have in common.
struct Style {
  SampleFormat format = SampleFormat::oci;
  bool attestations = false;
  int labels = 0;  // 0: none; 1: a maintainer; 2: those of the OCI vocabulary
  bool label_times = false;
};

Style StyleOf(Random& random) {
  Style style;
  style.format = random.Chance(35) ? SampleFormat::docker : SampleFormat::oci;
  style.attestations = style.format == SampleFormat::oci && random.Chance(50);
  style.labels = static_cast<int>(random.Below(3));
  style.label_times = random.Chance(40);
  return style;
}

Labels LabelsOf(const Style& style, const std::string& name, const std::string& version, const Timestamp& created) {
  Labels labels;
  if (style.labels == 1) labels["maintainer"] = "The Sample Maintainers <samples@example.com>";
  if (style.labels == 2) {
    labels["org.opencontainers.image.title"] = name;
    labels["org.opencontainers.image.version"] = version;
    labels["org.opencontainers.image.source"] = "https://git.example.com/" + name;
    labels["org.opencontainers.image.licenses"] = "Apache-2.0";
    if (style.label_times) labels[std::string(kLabelCreated)] = FormatTimestamp(created);
  }
  if (style.labels == 1 && style.label_times) labels[std::string(kLabelBuildDate)] = FormatTimestamp(created);
  return labels;
}

std::vector<const SamplePlatform*> PlatformsOf(Random& random) {
  const std::size_t count = PlatformCount(random);
  std::vector<const SamplePlatform*> platforms;
  // Most images for a single platform are for Windows.
  if (count == 1 && random.Chance(60)) return {&kPlatforms[10]};
  for (std::size_t i = 0; i < count; ++i) platforms.push_back(&kPlatforms[i]);
  return platforms;
}

// One image for all its platforms; the digest of what its tags point at.
Digest AddImage(SampleBuilder& builder, const Style& style, const std::string& name, const std::string& version,
                Random& random) {
  constexpr std::uint64_t kTwoYears = std::uint64_t{2} * 365 * 86400;
  const auto seconds = static_cast<std::int64_t>(random.Below(kTwoYears));
  const Timestamp created(kSampleEpoch + seconds, static_cast<std::int32_t>(random.Below(1'000'000'000)));
  std::vector<Digest> children;
  for (const SamplePlatform* platform : PlatformsOf(random)) {
    SampleImage image;
    image.platform = platform->ToPlatform();
    image.os_version = std::string(platform->os_version);
    image.format = style.format;
    image.created = created;
    image.labels = LabelsOf(style, name, version, created);
    image.steps = 4 + random.Below(12);
    image.salt = random.Next();
    children.push_back(builder.Image(image));
  }
  if (children.size() == 1 && !style.attestations) return children.front();
  const std::size_t images = children.size();
  for (std::size_t i = 0; style.attestations && i < images; ++i) children.push_back(builder.Attestation(children[i]));
  return builder.Index(children, style.format);
}

SampleRepository MakeRepository(std::uint64_t seed, const std::string& name, const RepositoryShape& shape) {
  Random random(SeedOf(seed, name));
  SampleBuilder builder(name);
  TagNames names{Random(random.Next())};
  const Style style = StyleOf(random);
  for (const std::size_t count : Spread(shape.tags, shape.images, random)) {
    const std::vector<std::string> tags = names.Next(count);
    const Digest digest = AddImage(builder, style, name, tags.front(), random);
    for (const std::string& tag : tags) builder.Tag(tag, digest);
  }
  return std::move(builder).Take();
}

}  // namespace

std::vector<SampleRepository> MakeOfficialLike(std::uint64_t seed, double scale) {
  const double wanted = std::max(1.0, std::round(scale * static_cast<double>(kOfficialRepositories)));
  const auto count = static_cast<std::size_t>(wanted);
  const std::vector<RepositoryShape> shapes = OfficialShapes(seed);
  // Under a scale of 1 the repositories are picked evenly over the ranks, the largest among them.
  const double step = std::max(1.0, static_cast<double>(shapes.size()) / wanted);
  std::vector<SampleRepository> repositories;
  repositories.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto rank = static_cast<std::size_t>(static_cast<double>(i) * step) % shapes.size();
    repositories.push_back(MakeRepository(seed, RepositoryName(i), shapes[rank]));
  }
  return repositories;
}

}  // namespace larder::samples
