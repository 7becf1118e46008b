// The media types of registry documents, in one table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "larder/manifest.h"

namespace larder {

// What is sent as Accept with HEAD and GET of manifests, in this order. The same for both, or their digests differ;
// never less, or old servers convert to schema1.
inline constexpr std::string_view kAcceptManifests =
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.v1+prettyjws, "
    "application/vnd.docker.distribution.manifest.v1+json, "
    "application/vnd.oci.artifact.manifest.v1+json";

// A Content-Type without its parameters and spaces, in lower case.
std::string WithoutParameters(std::string_view content_type);

// The kind of document that a media type (without parameters) promises; nullopt for any other type.
std::optional<ManifestKind> KindOfMediaType(std::string_view media_type);

// True for the configs of images: Docker's and OCI's.
bool IsImageConfigType(std::string_view media_type);

// True for layers of file systems, in each of their compressions and dialects.
bool IsLayerType(std::string_view media_type);

}  // namespace larder
