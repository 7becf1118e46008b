// Sample repositories into the storage of a docker-registry. Whoever includes this links larder::samples too.
#pragma once

#include "larder/error.h"
#include "larder/samples.h"
#include "support/registry_content.h"

namespace larder::testing {

inline Result<void> PutSamples(RegistryContent& content, const samples::SampleRepository& repository) {
  for (const auto& [digest, blob] : repository.blobs) {
    if (blob.is_manifest) continue;
    LARDER_RETURN_IF_ERROR(content.PutBlob(repository.name, blob.bytes));
  }
  for (const auto& digest : repository.manifests) {
    LARDER_RETURN_IF_ERROR(content.PutManifest(repository.name, repository.blobs.at(digest).bytes));
  }
  for (const auto& tag : repository.tags) {
    LARDER_RETURN_IF_ERROR(content.Tag(repository.name, tag.tag, tag.digest.ToString()));
  }
  return {};
}

}  // namespace larder::testing
