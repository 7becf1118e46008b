// Credentials for registries: values that are merged by rules and never shown.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/image_ref.h"
#include "larder/time.h"

namespace LARDER_API larder {

// One credential. Printing it never shows a secret; there is no operator<<.
struct Credential {
  std::string username;
  std::string password;
  std::string identity_token;  // OAuth2 refresh token: POSTed to the token server, not sent as Basic
  std::string registry_token;  // a ready bearer token
  std::string provenance;      // where it came from, for people: "~/.docker/config.json", "secret ns/name"
  Time expires{};              // when it ends, where its source knows; epoch: not said

  bool empty() const {
    return username.empty() && password.empty() && identity_token.empty() && registry_token.empty();
  }
  // Equal for equal secrets; a salted hash for cache keys and logs, not reversible.
  std::uint64_t Identity() const;
  friend bool operator==(const Credential&, const Credential&) = default;
};

// Credentials by host, or by host and path prefix ("quay.io/team"). A value; immutable once shared.
class Credentials {
 public:
  Credentials() = default;
  static Credentials NoCredentials() { return {}; }

  // "host", "host:port" or "host/path/prefix", spelled as in a docker config (a URL, a '*' in the host). Replaces what
  // was there; what is no such key is passed over.
  void Add(std::string_view host_or_prefix, Credential credential);
  // The most specific one for the repository: longest matching path prefix, then the host (Docker Hub in any spelling).
  std::optional<Credential> For(const ImageName& name) const;
  // Sorted host-or-prefix keys.
  std::vector<std::string> Hosts() const;
  // Takes over everything of `other`; where both have a key, `other` wins.
  void Merge(const Credentials& other);
  bool empty() const { return entries_.empty(); }
  // "{quay.io: robot from ~/.docker/config.json}": hosts, user names, provenance. No secret.
  std::string ToString() const;

 private:
  std::map<std::string, Credential, std::less<>> entries_;
};

// Reads a docker config.json, a podman auth.json, a Kubernetes .dockerconfigjson or .dockercfg from its text.
// `provenance` goes into each credential and each error. An entry that cannot be read is reported in `warnings` and
// does not hide the others; a text that is no such document is invalid_argument.
Result<Credentials> ParseCredentials(std::string_view provenance, std::string_view json,
                                     std::vector<std::string>* warnings = nullptr);

}  // namespace larder
