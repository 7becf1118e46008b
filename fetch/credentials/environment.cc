#include "credentials/environment.h"

#include <unistd.h>

#include <utility>

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

std::shared_ptr<const Environment> OrProcess(std::shared_ptr<const Environment> given) {
  return given != nullptr ? std::move(given) : ProcessEnvironment();
}

std::string Variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(std::string(name));
  return found == environment.end() ? std::string() : found->second;
}

std::string ShownPath(const std::string& path, const std::string& home) {
  if (home.empty() || !path.starts_with(home + "/")) return path;
  return "~" + path.substr(home.size());
}

}  // namespace larder
