// Writes the sample repositories into the storage of a docker-registry that has not been started yet, and prints their
// names.
//   demo_fill DIRECTORY
#include <iostream>
#include <string>

#include "larder/samples.h"
#include "support/registry_content.h"

namespace {

using larder::Result;

Result<void> Fill(larder::testing::RegistryContent& content, const larder::samples::SampleRepository& repository) {
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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: demo_fill DIRECTORY\n";
    return 2;
  }
  larder::testing::RegistryContent content(argv[1]);
  for (const auto& repository : larder::samples::MakeDemoRepositories()) {
    if (auto filled = Fill(content, repository); !filled.has_value()) {
      std::cerr << "demo_fill: " << repository.name << ": " << filled.error().ToString() << '\n';
      return 3;
    }
    std::cout << repository.name << '\n';
  }
  return 0;
}
