// Pushing to a registry as clients do, by its API. (RegistryContent is the quick way to fill a docker-registry.)
#pragma once

#include <string>
#include <string_view>

#include "larder/error.h"

namespace larder::testing {

struct PushTarget {
  std::string url;            // of the registry: "http://127.0.0.1:5000"
  std::string repository;     // "library/alpine"
  std::string user_password;  // "user:password", where it wants Basic authentication
};

// The digest. Errors: permission_denied for 401 and 403, unavailable for whatever else is no success, with the answer.
Result<std::string> PushBlob(const PushTarget& target, std::string_view bytes);
// `reference`: a tag, or the digest of the bytes. What the manifest points at must have been pushed before.
Result<std::string> PushManifest(const PushTarget& target, std::string_view reference, std::string_view media_type,
                                 std::string_view bytes);
// Removes a manifest by digest, and so every tag that points at it.
Result<void> DeleteManifest(const PushTarget& target, std::string_view digest);

}  // namespace larder::testing
