// Writes the sample repositories into the storage of a docker-registry that has not been started yet, and prints their
// names.
//   demo_fill DIRECTORY
#include <iostream>

#include "larder/samples.h"
#include "support/put_samples.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: demo_fill DIRECTORY\n";
    return 2;
  }
  larder::testing::RegistryContent content(argv[1]);
  for (const auto& repository : larder::samples::MakeDemoRepositories()) {
    if (auto filled = larder::testing::PutSamples(content, repository); !filled.has_value()) {
      std::cerr << "demo_fill: " << repository.name << ": " << filled.error().ToString() << '\n';
      return 3;
    }
    std::cout << repository.name << '\n';
  }
  return 0;
}
