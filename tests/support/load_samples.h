// Sample repositories into a docker-registry's storage.
#pragma once

#include "larder/error.h"
#include "larder/samples.h"
#include "support/registry_content.h"

namespace larder::testing {

inline Result<void> LoadSamples(const samples::SampleRepository& repository, RegistryContent& content) {
  for (const auto& [digest, blob] : repository.blobs) {
    auto put = blob.is_manifest ? content.PutManifest(repository.name, blob.bytes)
                                : content.PutBlob(repository.name, blob.bytes);
    if (!put.has_value()) return std::unexpected(std::move(put.error()));
  }
  for (const samples::SampleTag& tag : repository.tags) {
    LARDER_RETURN_IF_ERROR(content.Tag(repository.name, tag.tag, tag.digest.ToString()));
  }
  return {};
}

}  // namespace larder::testing
