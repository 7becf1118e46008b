#include "registry/media_type.h"

namespace larder {
namespace {

struct KnownType {
  std::string_view media_type;
  ManifestKind kind;
};

constexpr KnownType kManifestTypes[] = {
    {"application/vnd.oci.image.index.v1+json", ManifestKind::oci_index},
    {"application/vnd.oci.image.manifest.v1+json", ManifestKind::oci_manifest},
    {"application/vnd.docker.distribution.manifest.list.v2+json", ManifestKind::manifest_list},
    {"application/vnd.docker.distribution.manifest.v2+json", ManifestKind::schema2},
    {"application/vnd.docker.image.manifest.v2+json", ManifestKind::schema2},  // a slip in Docker's documentation
    {"application/vnd.docker.distribution.manifest.v1+prettyjws", ManifestKind::schema1},
    {"application/vnd.docker.distribution.manifest.v1+json", ManifestKind::schema1},
    {"application/vnd.oci.artifact.manifest.v1+json", ManifestKind::artifact},
    {"application/vnd.cncf.oras.artifact.manifest.v1+json", ManifestKind::artifact},
};

}  // namespace

std::string WithoutParameters(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) type.remove_prefix(1);
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  std::string out(type);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<ManifestKind> KindOfMediaType(std::string_view media_type) {
  for (const KnownType& known : kManifestTypes) {
    if (known.media_type == media_type) return known.kind;
  }
  return std::nullopt;
}

bool IsImageConfigType(std::string_view media_type) {
  return media_type == "application/vnd.oci.image.config.v1+json" ||
         media_type == "application/vnd.docker.container.image.v1+json";
}

bool IsLayerType(std::string_view media_type) {
  return media_type.starts_with("application/vnd.oci.image.layer.") ||
         media_type.starts_with("application/vnd.docker.image.rootfs.");
}

}  // namespace larder
