// Reading a manifest or index: which kind it is, and what it says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "larder/manifest.h"

namespace larder {

struct ManifestDocument {
  // For an image of schema2 or OCI what its config says is still missing: see ReadConfig.
  ManifestFacts facts;
  std::vector<ChildManifest> children;  // of an index: all, where facts.children holds the first kMaxChildren
  Digest config;                        // the blob to read next; empty where nothing more is needed
  std::uint64_t config_size = 0;        // as the manifest states it; 0: not said

  bool NeedsConfig() const { return !config.empty(); }
};

// Reads a document that came as `content_type` (parameters allowed; "" where the server sent none). facts.digest is
// made from the bytes by `algorithm`; of schema1 from its payload.
//
// The kind is what Content-Type and the body's mediaType agree on; where neither says, what the members of the document
// make of it. corruption: not JSON, the two contradict each other, members of several kinds together, a necessary
// member missing or of the wrong type. unsupported: a schemaVersion or media type that Larder does not know. What is
// well-formed and no image (an artifact) is a success with excluded_reason.
Result<ManifestDocument> ReadManifest(std::string_view content_type, std::string_view bytes,
                                      DigestAlgorithm algorithm = DigestAlgorithm::sha256);

}  // namespace larder
