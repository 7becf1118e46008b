#include <nlohmann/json.hpp>
#include <utility>

#include "config.h"
#include "larder/sample_builder.h"

namespace larder::samples {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema2 = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kList = "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip";
constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr std::string_view kEmpty = "application/vnd.oci.empty.v1+json";

Json DescriptorOf(std::string_view media_type, const Digest& digest, std::size_t size) {
  return {{"mediaType", media_type}, {"digest", digest.ToString()}, {"size", size}};
}

}  // namespace

Digest SampleBuilder::Blob(std::string_view media_type, std::string_view bytes) {
  const Digest digest = Sha256(bytes);
  repository_.blobs.try_emplace(digest, SampleBlob{std::string(media_type), std::string(bytes), false});
  return digest;
}

Digest SampleBuilder::Manifest(std::string_view bytes, Descriptor descriptor) {
  const Digest digest = Sha256(bytes);
  if (repository_.blobs.try_emplace(digest, SampleBlob{descriptor.media_type, std::string(bytes), true}).second) {
    repository_.manifests.push_back(digest);
  }
  descriptors_.insert_or_assign(digest, std::move(descriptor));
  return digest;
}

// Real layers are large and never asked for by a cache of metadata: a line of text stands for one.
std::string SampleBuilder::Layer(std::string_view text) {
  return Blob(kOciLayer, "layer of " + repository_.name + ": " + std::string(text) + "\n").ToString();
}

std::string SampleBuilder::ManifestOf(SampleFormat format, const Digest& config, std::size_t config_size,
                                      const std::vector<std::string>& layers) {
  const bool docker = format == SampleFormat::docker;
  Json manifest;
  manifest["schemaVersion"] = 2;
  manifest["mediaType"] = docker ? kSchema2 : kOciManifest;
  manifest["config"] = DescriptorOf(docker ? kDockerConfig : kOciConfig, config, config_size);
  manifest["layers"] = Json::array();
  for (const std::string& text : layers) {
    const Digest layer = *Digest::Parse(text);
    manifest["layers"].push_back(
        DescriptorOf(docker ? kDockerLayer : kOciLayer, layer, repository_.blobs.at(layer).bytes.size()));
  }
  return manifest.dump(docker ? 3 : -1);  // as each of the two is written by those who push it
}

Digest SampleBuilder::Image(const SampleImage& image) {
  const std::string platform = image.platform.ToString();
  const std::vector<std::string> layers = {Layer(platform + " base"),
                                           Layer(platform + " " + std::to_string(image.salt % 64))};
  const std::string bytes = ConfigOf(image, layers);
  const bool docker = image.format == SampleFormat::docker;
  const Digest config = Blob(docker ? kDockerConfig : kOciConfig, bytes);
  return Manifest(ManifestOf(image.format, config, bytes.size(), layers),
                  Descriptor{std::string(docker ? kSchema2 : kOciManifest), image.platform, image.os_version, {}, {}});
}

Digest SampleBuilder::ImageWithConfig(std::string_view config) {
  const Digest digest = Blob(kOciConfig, config);
  return Manifest(ManifestOf(SampleFormat::oci, digest, config.size(), {Layer("base")}),
                  Descriptor{std::string(kOciManifest), {}, {}, {}, {}});
}

Digest SampleBuilder::ImageWithoutConfig(std::uint64_t salt) {
  const Digest digest = Sha256("a config that was lost: " + std::to_string(salt));
  return Manifest(ManifestOf(SampleFormat::oci, digest, 1234, {Layer("base")}),
                  Descriptor{std::string(kOciManifest), {}, {}, {}, {}});
}

Digest SampleBuilder::Index(const std::vector<Digest>& children, SampleFormat format, const Labels& annotations) {
  const std::string_view media_type = format == SampleFormat::docker ? kList : kOciIndex;
  Json index;
  index["schemaVersion"] = 2;
  index["mediaType"] = media_type;
  index["manifests"] = Json::array();
  for (const Digest& digest : children) {
    const Descriptor& child = descriptors_.at(digest);
    Json entry = DescriptorOf(child.media_type, digest, repository_.blobs.at(digest).bytes.size());
    if (!child.artifact_type.empty()) entry["artifactType"] = child.artifact_type;
    if (!child.platform.empty()) {
      Json platform = {{"architecture", child.platform.architecture}, {"os", child.platform.os}};
      if (!child.platform.variant.empty()) platform["variant"] = child.platform.variant;
      if (!child.os_version.empty()) platform["os.version"] = child.os_version;
      entry["platform"] = std::move(platform);
    }
    if (!child.attests.empty()) {
      entry["annotations"] = {{"vnd.docker.reference.digest", child.attests},
                              {"vnd.docker.reference.type", "attestation-manifest"}};
    }
    index["manifests"].push_back(std::move(entry));
  }
  if (!annotations.empty()) index["annotations"] = annotations;
  return Manifest(index.dump(2), Descriptor{std::string(media_type), {}, {}, {}, {}});
}

Digest SampleBuilder::Attestation(const Digest& image) {
  const std::string attests = image.ToString();
  const std::string statement = R"({"_type":"https://in-toto.io/Statement/v0.1","subject":")" + attests + "\"}";
  const std::string config = R"({"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers"}})";
  Json manifest;
  manifest["schemaVersion"] = 2;
  manifest["mediaType"] = kOciManifest;
  manifest["config"] = DescriptorOf(kOciConfig, Blob(kOciConfig, config), config.size());
  manifest["layers"] = Json::array({DescriptorOf("application/vnd.in-toto+json",
                                                 Blob("application/vnd.in-toto+json", statement), statement.size())});
  return Manifest(manifest.dump(2),
                  Descriptor{std::string(kOciManifest), Platform{"unknown", "unknown", ""}, {}, attests, {}});
}

Digest SampleBuilder::Artifact(std::string_view artifact_type, std::string_view content) {
  Json manifest;
  manifest["schemaVersion"] = 2;
  manifest["mediaType"] = kOciManifest;
  manifest["artifactType"] = artifact_type;
  manifest["config"] = DescriptorOf(kEmpty, Blob(kEmpty, "{}"), 2);
  manifest["layers"] = Json::array({DescriptorOf(artifact_type, Blob(artifact_type, content), content.size())});
  return Manifest(manifest.dump(), Descriptor{std::string(kOciManifest), {}, {}, {}, std::string(artifact_type)});
}

Digest SampleBuilder::Raw(std::string_view media_type, std::string_view bytes) {
  return Manifest(bytes, Descriptor{std::string(media_type), {}, {}, {}, {}});
}

void SampleBuilder::Tag(std::string tag, const Digest& digest) {
  repository_.tags.push_back(SampleTag{std::move(tag), digest});
}

}  // namespace larder::samples
