// What a registry's documents say, as values: the result of reading manifests, indexes and configs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/digest.h"
#include "larder/image_info.h"
#include "larder/platform.h"
#include "larder/time.h"

namespace LARDER_API larder {

// Raised when the reading of documents changes: facts stored by another version are read again.
inline constexpr std::uint16_t kInterpreterVersion = 1;

enum class ManifestKind : std::uint8_t {
  schema1 = 1,
  schema2 = 2,
  manifest_list = 3,
  oci_manifest = 4,
  oci_index = 5,
  artifact = 6,  // an OCI artifact, or a manifest whose config is no image's: excluded with a reason
};
std::string_view ManifestKindName(ManifestKind kind);

// One child of an index.
struct ChildManifest {
  Digest digest;
  Platform platform;            // empty where the index does not say
  bool is_index = false;        // nested
  bool is_attestation = false;  // unknown/unknown, or annotated as one
  bool is_artifact = false;     // an artifactType, or a media type that is no image's
  std::uint64_t size = 0;
  friend bool operator==(const ChildManifest&, const ChildManifest&) = default;
};

// Facts by digest: immutable, and so stored once however many tags share them.
struct ManifestFacts {
  Digest digest;  // of the document's bytes (schema1: of its payload)
  ManifestKind kind = ManifestKind::oci_manifest;
  std::uint16_t interpreter = kInterpreterVersion;

  // Of an index: all its children, at most kMaxChildren (more_children is set beyond).
  std::vector<ChildManifest> children;
  bool more_children = false;

  // Of an image.
  std::string image_id;  // the config's digest; schema1: "sha256:" is not prefixed, the v1 id as it stands
  Platform platform;
  Timestamp created;
  LabelTimes label_times;
  Labels labels;
  bool labels_truncated = false;

  Timestamp annotation_created;       // of either
  std::string excluded_reason;        // why there is no image in it; "" where there is
  std::vector<std::string> warnings;  // oddities (a label time that cannot be read); logged once fetched, not stored

  bool IsIndex() const { return kind == ManifestKind::manifest_list || kind == ManifestKind::oci_index; }
  friend bool operator==(const ManifestFacts&, const ManifestFacts&) = default;
};
inline constexpr std::size_t kMaxChildren = 64;

// The outcome of fetching a tag: the facts of the document it points at and, where that is an index, of the child
// chosen.
struct FetchedImage {
  Digest digest;                     // of what the tag points at, from its bytes
  Digest announced;                  // of the Docker-Content-Digest header; empty where it was not sent
  std::vector<ManifestFacts> facts;  // every document read or known on the way, outermost first
  // The outcome for the preferred platforms: facts.back() where excluded_reason is empty.
  std::string excluded_reason;
  std::uint32_t manifest_gets = 0;  // requests that this fetch cost
  std::uint32_t blob_gets = 0;
};

}  // namespace larder
