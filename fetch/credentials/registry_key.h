// The keys of credential files: hosts in many spellings, brought into one.
#pragma once

#include <string>
#include <string_view>

namespace larder {

struct RegistryKey {
  // "host", "host:port" or "host/path": in lower case up to the path, without scheme and trailing slashes, without an
  // API version ("/v1/", "/v2") for a path. Docker Hub in any spelling is kDockerHubHost. "" where there is no host.
  std::string text;
  // Which of several spellings of one key counts: the lowest. What `docker login` and `podman login` write comes first.
  int rank = 0;

  std::string_view Host() const { return std::string_view(text).substr(0, text.find('/')); }
  friend bool operator==(const RegistryKey&, const RegistryKey&) = default;
};

RegistryKey NormalizeRegistryKey(std::string_view text);

// True where the key's host is a pattern ("*.azurecr.io", '*' and '?' within one label, as Kubernetes has it).
bool IsRegistryPattern(std::string_view key);

// True where `host` fits the key's host label by label (the port must be equal) and `repository` lies at or below the
// key's path.
bool RegistryPatternMatches(std::string_view key, std::string_view host, std::string_view repository);

}  // namespace larder
