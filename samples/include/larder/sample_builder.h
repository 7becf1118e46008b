// Building one sample repository, document by document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "larder/image_info.h"
#include "larder/platform.h"
#include "larder/samples.h"
#include "larder/time.h"

namespace larder::samples {

enum class SampleFormat : std::uint8_t { docker, oci };  // schema2 and manifest list, or OCI manifest and index

struct SampleImage {
  Platform platform{"linux", "amd64", ""};
  std::string os_version;  // Windows
  SampleFormat format = SampleFormat::oci;
  Timestamp created;
  Labels labels;
  std::size_t steps = 8;   // lines of history: what makes a config long, about 150 bytes each
  std::uint64_t salt = 0;  // tells apart images that are otherwise equal
};

// Each function adds a document, with what it needs, and answers its digest. Adding the same again changes nothing.
class SampleBuilder {
 public:
  explicit SampleBuilder(std::string repository) { repository_.name = std::move(repository); }

  Digest Image(const SampleImage& image);
  // An index of images and indexes made before, in that order. REQUIRES: each digest came from this builder.
  // `annotations` are those of the index itself.
  Digest Index(const std::vector<Digest>& children, SampleFormat format, const Labels& annotations = {});
  // What BuildKit adds beside an image: a child of platform unknown/unknown.
  Digest Attestation(const Digest& image);
  // An OCI artifact: a chart, a signature.
  Digest Artifact(std::string_view artifact_type, std::string_view content);
  // An image whose config is these bytes, or is not in the registry at all.
  Digest ImageWithConfig(std::string_view config);
  Digest ImageWithoutConfig(std::uint64_t salt);
  // Bytes that claim to be a manifest.
  Digest Raw(std::string_view media_type, std::string_view bytes);

  void Tag(std::string tag, const Digest& digest);

  SampleRepository Take() && { return std::move(repository_); }

 private:
  struct Descriptor {
    std::string media_type;
    Platform platform;
    std::string os_version;
    std::string attests;  // the digest of the image, of an attestation
    std::string artifact_type;
  };
  Digest Blob(std::string_view media_type, std::string_view bytes);
  Digest Manifest(std::string_view bytes, Descriptor descriptor);
  std::string Layer(std::string_view text);
  std::string ManifestOf(SampleFormat format, const Digest& config, std::size_t config_size,
                         const std::vector<std::string>& layers);

  SampleRepository repository_;
  std::map<Digest, Descriptor> descriptors_;
};

}  // namespace larder::samples
