#include "larder/docker_config.h"

#include <utility>

#include "credentials/auth_entries.h"
#include "credentials/environment.h"
#include "credentials/helper.h"
#include "credentials/registry_key.h"

namespace larder {
namespace {

void Warn(std::vector<std::string>* warnings, std::string text) {
  if (warnings != nullptr) warnings->push_back(std::move(text));
}

}  // namespace

Result<DockerConfig> ParseDockerConfig(std::string_view provenance, std::string_view json,
                                       std::vector<std::string>* warnings) {
  LARDER_ASSIGN_OR_RETURN(const json::Document document, ParseCredentialDocument(provenance, json));
  DockerConfig config;
  LARDER_ASSIGN_OR_RETURN(config.credentials, ReadAuthEntries(provenance, document, warnings));
  const auto usable = [&](std::string_view helper) {
    if (IsHelperName(helper)) return true;
    Warn(warnings,
         std::string(provenance) + ": a credential helper's name may hold letters, digits, '_' and '-' only: not used");
    return false;
  };
  for (const auto& [host, helper] : document["credHelpers"].members()) {
    const std::string key = NormalizeRegistryKey(host).text;
    if (!key.empty() && !helper.text().empty() && usable(helper.text())) config.helpers.emplace(key, helper.text());
  }
  const std::string_view store = document["credsStore"].text();
  if (!store.empty() && usable(store)) config.store = store;
  return config;
}

std::vector<std::string> DockerConfigFiles(const DockerConfigOptions& options) {
  if (!options.file.empty()) return {options.file};
  const std::shared_ptr<const Environment> environment = OrProcess(options.environment);
  const std::string home = Variable(*environment, "HOME");
  const std::string docker = Variable(*environment, "DOCKER_CONFIG");
  const std::string podman = Variable(*environment, "REGISTRY_AUTH_FILE");
  const std::string runtime = Variable(*environment, "XDG_RUNTIME_DIR");
  std::vector<std::string> files;
  if (!docker.empty()) {
    files.push_back(docker + "/config.json");
  } else if (!home.empty()) {
    files.push_back(home + "/.docker/config.json");
  }
  if (!podman.empty()) {
    files.push_back(podman);
  } else if (!runtime.empty()) {
    files.push_back(runtime + "/containers/auth.json");
  }
  if (!home.empty()) files.push_back(home + "/.dockercfg");
  return files;
}

}  // namespace larder
