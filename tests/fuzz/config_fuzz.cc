// Configs from a hostile registry. Any file of the corpus is a seed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/config_document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  larder::ManifestFacts facts;
  const auto read = larder::ReadConfig(std::string_view(reinterpret_cast<const char*>(data), size), facts);
  if (!read.has_value()) {
    if (facts != larder::ManifestFacts()) std::abort();
    return 0;
  }
  std::size_t label_bytes = 0;
  for (const auto& [name, value] : facts.labels) label_bytes += name.size() + value.size();
  if (label_bytes > larder::kMaxLabelBytes) std::abort();
  return 0;
}
