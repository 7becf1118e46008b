// Tokens of Azure: of a directory for an identity, and of a registry for that.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "clouds/cloud_http.h"
#include "clouds/kept_credential.h"
#include "clouds/metadata.h"
#include "credentials/environment.h"
#include "http/task.h"
#include "larder/error.h"

namespace larder {

// Public, China, Germany, US government: each has a directory of its own.
struct AzureCloud {
  std::string_view registries;  // ".azurecr.io"
  std::string_view authority;   // where identities are checked
  std::string_view resource;    // what tokens are asked for
};
// Of a registry's host; null where it is none of Azure's.
const AzureCloud* AzureCloudOf(std::string_view host);

// What azure.json says.
struct AzureConfig {
  std::optional<Credential> basic;     // aadClientId and aadClientSecret
  std::string user_assigned_identity;  // client id of the machine's identity to take; "" = its own
};
// invalid_argument: no JSON object.
Result<AzureConfig> ReadAzureConfig(std::string_view shown, std::string_view json);

// Used on the loop's thread only. Held by those who wait.
class AzureTokens {
 public:
  AzureTokens(CloudHttp http, std::shared_ptr<const Environment> environment, std::string config_file, bool named);

  // The named file, or the usual one where it is there. not_found: the named one is not.
  Result<AzureConfig> Config() const;
  // nullopt: no identity is set up, and this is no machine of Azure's.
  static http::Task<KeptCredential::Fetched> Fetch(std::shared_ptr<AzureTokens> self, std::string host,
                                                   std::stop_token stop);

 private:
  // A token of the directory; not_found: no identity here.
  static http::Task<Result<std::string>> OfIdentity(std::shared_ptr<AzureTokens> self, const AzureCloud& cloud,
                                                    std::string user_assigned, std::stop_token stop);
  static http::Task<Result<std::string>> OfMachine(std::shared_ptr<AzureTokens> self, const AzureCloud& cloud,
                                                   std::string user_assigned, std::stop_token stop);
  // nullopt: neither a workload identity nor a service principal is set up.
  Result<std::optional<http::Request>> DirectoryRequest(const AzureCloud& cloud) const;

  const CloudHttp http_;
  const std::shared_ptr<const Environment> environment_;
  const std::string config_file_;
  const bool named_;
  const std::shared_ptr<MetadataService> metadata_;
};

}  // namespace larder
