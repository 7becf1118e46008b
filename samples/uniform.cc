#include <algorithm>

#include "larder/sample_builder.h"
#include "platforms.h"
#include "random.h"

namespace larder::samples {

SampleRepository MakeUniformRepository(std::string name, std::size_t tags, std::size_t tags_per_image,
                                       std::size_t platforms) {
  SampleBuilder builder(name);
  const std::size_t wanted = std::min(std::max<std::size_t>(platforms, 1), kPlatforms.size());
  Digest digest;
  for (std::size_t tag = 0; tag < tags; ++tag) {
    const std::size_t number = tag / std::max<std::size_t>(tags_per_image, 1);
    if (tag % std::max<std::size_t>(tags_per_image, 1) == 0) {
      std::vector<Digest> images;
      for (std::size_t i = 0; i < wanted; ++i) {
        SampleImage image;
        image.platform = kPlatforms[i].ToPlatform();
        image.os_version = std::string(kPlatforms[i].os_version);
        image.created = Timestamp(kSampleEpoch + static_cast<std::int64_t>(number) * 3600, 0);
        image.labels = {{"org.opencontainers.image.title", name}};
        image.salt = number;
        images.push_back(builder.Image(image));
      }
      digest = wanted == 1 ? images.front() : builder.Index(images, SampleFormat::oci);
    }
    builder.Tag(
        "v" + std::to_string(tag / 10000) + "." + std::to_string(tag / 100 % 100) + "." + std::to_string(tag % 100),
        digest);
  }
  return std::move(builder).Take();
}

}  // namespace larder::samples
