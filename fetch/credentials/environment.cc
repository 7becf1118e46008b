#include "credentials/environment.h"

#include <unistd.h>

namespace larder {

std::shared_ptr<const Environment> ProcessEnvironment() {
  auto environment = std::make_shared<Environment>();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) environment->emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::string Variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(std::string(name));
  return found == environment.end() ? std::string() : found->second;
}

}  // namespace larder
