#include <initializer_list>
#include <utility>

#include "larder/sample_builder.h"
#include "platforms.h"

namespace larder::samples {
namespace {

constexpr std::int64_t kDay = 86400;

SampleImage ImageOf(std::size_t platform, std::size_t number, SampleFormat format) {
  SampleImage image;
  image.platform = kPlatforms[platform].ToPlatform();
  image.os_version = std::string(kPlatforms[platform].os_version);
  image.format = format;
  image.created = Timestamp(kSampleEpoch + static_cast<std::int64_t>(number) * 3 * kDay + 12345, 678'000'000);
  image.salt = number;
  return image;
}

void TagVersions(SampleBuilder& builder, std::size_t number, const Digest& digest) {
  builder.Tag("v1." + std::to_string(number / 4) + "." + std::to_string(number % 4), digest);
  if (number % 4 == 3) builder.Tag("v1." + std::to_string(number / 4), digest);
}

// A service with a release every few days, for two platforms, built by BuildKit.
SampleRepository Web() {
  SampleBuilder builder("demo/web");
  Digest last;
  for (std::size_t number = 0; number < 24; ++number) {
    std::vector<Digest> children;
    for (std::size_t platform = 0; platform < 2; ++platform) {
      SampleImage image = ImageOf(platform, number, SampleFormat::oci);
      image.labels = {{"org.opencontainers.image.title", "web"},
                      {"org.opencontainers.image.source", "https://git.example.com/demo/web"},
                      {std::string(kLabelCreated), FormatTimestamp(image.created)}};
      children.push_back(builder.Image(image));
    }
    for (std::size_t i = 0; i < 2; ++i) children.push_back(builder.Attestation(children[i]));
    last =
        builder.Index(children, SampleFormat::oci,
                      {{std::string(kLabelCreated), FormatTimestamp(ImageOf(0, number, SampleFormat::oci).created)}});
    TagVersions(builder, number, last);
  }
  builder.Tag("latest", last);
  return std::move(builder).Take();
}

// Docker's own formats, for eight platforms.
SampleRepository Base() {
  SampleBuilder builder("demo/base");
  Digest last;
  for (std::size_t number = 0; number < 6; ++number) {
    std::vector<Digest> children;
    for (std::size_t platform = 0; platform < 8; ++platform) {
      children.push_back(builder.Image(ImageOf(platform, number, SampleFormat::docker)));
    }
    last = builder.Index(children, SampleFormat::docker);
    builder.Tag(std::to_string(number + 10), last);
  }
  builder.Tag("stable", last);
  builder.Tag("latest", last);
  return std::move(builder).Take();
}

// Single images, as a small team builds them: branch and commit in the tag, labels of label-schema.
SampleRepository Api() {
  SampleBuilder builder("demo/api");
  for (std::size_t number = 0; number < 16; ++number) {
    SampleImage image = ImageOf(0, number, SampleFormat::docker);
    image.labels = {{"maintainer", "team-api@example.com"},
                    {std::string(kLabelBuildDate), FormatTimestamp(image.created)},
                    {"org.label-schema.vcs-ref", "c0ffee" + std::to_string(10 + number)}};
    builder.Tag("main-c0ffee" + std::to_string(10 + number), builder.Image(image));
  }
  return std::move(builder).Take();
}

SampleRepository Single(std::string name, std::initializer_list<std::pair<const char*, std::size_t>> tags,
                        std::size_t platform) {
  SampleBuilder builder(std::move(name));
  for (const auto& [tag, number] : tags) builder.Tag(tag, builder.Image(ImageOf(platform, number, SampleFormat::oci)));
  return std::move(builder).Take();
}

SampleRepository Windows() {
  SampleBuilder builder("demo/windows");
  const std::vector<Digest> children = {builder.Image(ImageOf(10, 1, SampleFormat::docker)),
                                        builder.Image(ImageOf(11, 1, SampleFormat::docker))};
  builder.Tag("ltsc2022", builder.Index({children[1]}, SampleFormat::docker));
  builder.Tag("latest", builder.Index(children, SampleFormat::docker));
  return std::move(builder).Take();
}

SampleRepository Nested() {
  SampleBuilder builder("demo/nested");
  const Digest inner =
      builder.Index({builder.Image(ImageOf(0, 1, SampleFormat::oci)), builder.Image(ImageOf(1, 1, SampleFormat::oci))},
                    SampleFormat::oci);
  builder.Tag("1.0", builder.Index({builder.Image(ImageOf(3, 1, SampleFormat::oci)), inner}, SampleFormat::oci));
  return std::move(builder).Take();
}

SampleRepository Charts() {
  SampleBuilder builder("demo/charts");
  builder.Tag("0.1.0", builder.Artifact("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "a chart"));
  builder.Tag("0.2.0", builder.Artifact("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "a better chart"));
  return std::move(builder).Take();
}

// Good tags among bad ones: each of the others fails in its own way and for itself.
SampleRepository Broken() {
  SampleBuilder builder("demo/broken");
  builder.Tag("good", builder.Image(ImageOf(0, 1, SampleFormat::oci)));
  builder.Tag("config-missing", builder.ImageWithoutConfig(1));
  builder.Tag("config-not-json", builder.ImageWithConfig("this is no config"));
  builder.Tag("config-created-bad",
              builder.ImageWithConfig(R"({"architecture":"amd64","os":"linux","created":"last Tuesday"})"));
  builder.Tag("good-too", builder.Image(ImageOf(0, 2, SampleFormat::oci)));
  return std::move(builder).Take();
}

// Label times as people write them: readable, and not.
SampleRepository TimeLabels() {
  SampleBuilder builder("demo/labels");
  const std::pair<const char*, const char*> cases[] = {{"rfc3339", "2024-05-06T07:08:09Z"},
                                                       {"no-zone", "2024-05-06T07:08:09.123456"},
                                                       {"date-only", "20240506"},
                                                       {"unset", "${BUILD_DATE}"}};
  std::size_t number = 0;
  for (const auto& [tag, time] : cases) {
    SampleImage image = ImageOf(0, ++number, SampleFormat::oci);
    image.labels = {{std::string(kLabelBuildDate), time}};
    builder.Tag(tag, builder.Image(image));
  }
  return std::move(builder).Take();
}

SampleRepository Reproducible() {
  SampleBuilder builder("demo/reproducible");
  SampleImage image = ImageOf(0, 1, SampleFormat::oci);
  image.created = Timestamp(0, 0);
  builder.Tag("1970", builder.Image(image));
  image.created = Timestamp();
  builder.Tag("no-time", builder.Image(image));
  return std::move(builder).Take();
}

}  // namespace

std::vector<SampleRepository> MakeDemoRepositories() {
  std::vector<SampleRepository> repositories;
  repositories.push_back(Web());
  repositories.push_back(Base());
  repositories.push_back(Api());
  repositories.push_back(Single("demo/hello", {{"latest", 3}, {"linux", 3}, {"1.0", 1}}, 0));
  repositories.push_back(Single("demo/arm-only", {{"latest", 4}, {"2.0", 4}}, 1));
  repositories.push_back(Windows());
  repositories.push_back(Nested());
  repositories.push_back(Charts());
  repositories.push_back(TimeLabels());
  repositories.push_back(Reproducible());
  repositories.push_back(Broken());
  repositories.push_back(MakeUniformRepository("demo/nightly", 300, 3, 2));
  return repositories;
}

}  // namespace larder::samples
