// Credential files of any origin: secrets of a cluster are written by its users. The corpus's docker-config files are
// seeds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "credentials/helper.h"
#include "larder/docker_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> warnings;
  const auto config = larder::ParseDockerConfig("the input", text, &warnings);
  if (!config.has_value()) {
    if (!config.error().message.starts_with("the input")) std::abort();
    return 0;
  }
  for (const std::string& host : config->credentials.Hosts()) {
    if (host.empty()) std::abort();
    const auto name = larder::ImageName::Parse(host + "/a");
    if (name.has_value()) static_cast<void>(config->credentials.For(*name));
  }
  for (const auto& [host, helper] : config->helpers) {
    if (host.empty() || !larder::IsHelperName(helper)) std::abort();
  }
  static_cast<void>(config->credentials.ToString());
  return 0;
}
