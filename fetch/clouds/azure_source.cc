#include "clouds/azure_source.h"

#include <utility>

#include "clouds/azure_token.h"
#include "clouds/kept_source.h"
#include "credentials/environment.h"
#include "http/ascii.h"

namespace larder {

Result<std::shared_ptr<CredentialSource>> MakeAzureSource(CloudHttp http, AzureOptions options) {
  const bool named = !options.config_file.empty();
  std::string file = named ? options.config_file : std::string(kAzureConfigFile);
  const auto environment = OrProcess(options.environment);
  const auto tokens = std::make_shared<AzureTokens>(http, environment, std::move(file), named);
  if (named) LARDER_RETURN_IF_ERROR(tokens->Config());
  KeyOf key_of = [](const std::string& host) {
    return AzureCloudOf(host) == nullptr ? std::string() : http::LowerCase(host);
  };
  FetchFor fetch_for = [tokens](const std::string& host, std::stop_token stop) {
    return AzureTokens::Fetch(tokens, host, std::move(stop));
  };
  return MakeKeptSource(std::move(http), std::move(key_of), std::move(fetch_for), options.log);
}

Result<std::shared_ptr<CredentialSource>> MakeAzureSource(Network& network, AzureOptions options) {
  return MakeAzureSource(CloudHttp(network), std::move(options));
}

}  // namespace larder
