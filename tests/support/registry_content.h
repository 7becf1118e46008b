// Writes images straight into the storage of a docker-registry, as fast as files are written. What is written is there
// for its clients at once, also while it runs.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "larder/error.h"

namespace larder::testing {

// "sha256:<hex>" of the bytes.
std::string Sha256Digest(std::string_view bytes);

// Any number may work on one storage, in different repositories also at the same time.
class RegistryContent {
 public:
  // `root`: the rootdirectory of the registry's filesystem storage; made when first written to.
  explicit RegistryContent(std::filesystem::path root);

  // A config or a layer; its digest. The repository is its path alone ("library/alpine").
  Result<std::string> PutBlob(std::string_view repository, std::string_view bytes);
  // A manifest or an index of any media type (the registry reads the type from the document); its digest. What it
  // points at need not be there. Of a schema1 document give the payload without signatures: the registry signs what it
  // serves.
  Result<std::string> PutManifest(std::string_view repository, std::string_view bytes);
  // Points the tag at a digest, whether it is new or moves.
  Result<void> Tag(std::string_view repository, std::string_view tag, std::string_view digest);
  // PutManifest and Tag.
  Result<std::string> PutTagged(std::string_view repository, std::string_view tag, std::string_view bytes);

  // Removing what is not there succeeds.
  Result<void> Untag(std::string_view repository, std::string_view tag);
  Result<void> RemoveManifest(std::string_view repository, std::string_view digest);
  Result<void> RemoveBlob(std::string_view repository, std::string_view digest);
  Result<void> RemoveRepository(std::string_view repository);

 private:
  std::filesystem::path Repository(std::string_view repository) const;
  Result<void> PutData(std::string_view digest, std::string_view bytes);

  std::filesystem::path root_;  // .../docker/registry/v2
};

}  // namespace larder::testing
