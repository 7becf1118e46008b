// Credentials from the files and helpers that docker and podman use.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/credential_source.h"
#include "larder/credentials.h"
#include "larder/error.h"
#include "larder/log.h"
#include "larder/time.h"

namespace LARDER_API larder {

// What a config.json says: credentials as they are, and by which helper others are had.
struct DockerConfig {
  Credentials credentials;
  std::map<std::string, std::string> helpers;  // by host: credHelpers
  std::string store;                           // for all other hosts: credsStore; "" = none
};

// As ParseCredentials, with the helpers. A helper whose name is not [A-Za-z0-9_-]+ is left out with a warning.
Result<DockerConfig> ParseDockerConfig(std::string_view provenance, std::string_view json,
                                       std::vector<std::string>* warnings = nullptr);

inline constexpr Duration kHelperTimeout = std::chrono::seconds(10);
inline constexpr std::size_t kMaxHelperOutput = 64 << 10;        // bytes; a credential has some hundred
inline constexpr Duration kHelperCache = std::chrono::hours(1);  // as regclient: helpers do not say how long it is good
inline constexpr std::size_t kMaxConfigFile = 16 << 20;          // bytes; one that is larger is an error

struct DockerConfigOptions {
  std::string file;  // config.json, auth.json or .dockercfg; "" = where docker and podman look (DockerConfigFiles)
  Duration helper_timeout = kHelperTimeout;
  Duration helper_cache = kHelperCache;
  // The environment that files are looked for in and that helpers get; null: the process's own.
  std::shared_ptr<const std::map<std::string, std::string>> environment;
  Log log;
};

// Where credentials are looked for, the most important first: the option; DOCKER_CONFIG's directory or
// ~/.docker/config.json; REGISTRY_AUTH_FILE or $XDG_RUNTIME_DIR/containers/auth.json; ~/.dockercfg. Whether they exist
// is not looked at. With the option nothing else is looked at.
std::vector<std::string> DockerConfigFiles(const DockerConfigOptions& options);

// Credentials of DOCKER_AUTH_CONFIG (JSON in the environment), the files and their helpers. Files are read again when
// they change (modification time, size or inode); one that turns bad keeps what it said before, with a line in the log.
// Helpers (`docker-credential-<name> get`) are run without a shell on a thread of the source's own, one at a time, and
// killed with their children after the timeout. "Not found" is no credential; any other failure is unavailable, and is
// remembered for a minute.
// An error: the file of the option, or DOCKER_AUTH_CONFIG, cannot be read.
Result<std::shared_ptr<CredentialSource>> MakeDockerConfigSource(DockerConfigOptions options);

}  // namespace larder
