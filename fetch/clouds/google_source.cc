#include "clouds/google_source.h"

#include <utility>

#include "auth/token.h"
#include "clouds/kept_source.h"
#include "clouds/metadata.h"
#include "credentials/environment.h"
#include "http/ascii.h"

namespace larder {
namespace {

constexpr std::string_view kTokenPath = "/computeMetadata/v1/instance/service-accounts/default/token";

http::Task<KeptCredential::Fetched> Fetch(CloudHttp http, std::shared_ptr<MetadataService> metadata,
                                          std::stop_token stop) {
  http::Request request = MetadataRequest(http::Method::get, metadata->base() + std::string(kTokenPath));
  request.headers.push_back(http::Header{"Metadata-Flavor", "Google"});
  const Time asked = http.timers().Now();
  const bool answered_before = metadata->answered();
  Result<http::Response> response = co_await MetadataService::Ask(metadata, std::move(request), std::move(stop));
  if (!response) {
    const bool elsewhere = response.error().code == Errc::not_found && !answered_before;
    if (elsewhere) co_return std::nullopt;
    co_return std::unexpected<Error>(std::move(response).error());
  }
  // The instance has no service account, or this is another cloud's service at the same address.
  if (response->status == 404 || response->status == 403) co_return std::nullopt;
  if (response->status != 200) co_return std::unexpected<Error>(Refused("metadata service", *response));
  Result<FetchedCredential> token = ReadGoogleToken(response->body, asked);
  if (!token) co_return std::unexpected<Error>(std::move(token).error());
  co_return std::optional<FetchedCredential>(*std::move(token));
}

}  // namespace

bool IsGoogleRegistry(std::string_view host) {
  const std::string lower = http::LowerCase(host);
  return lower == "gcr.io" || lower.ends_with(".gcr.io") || lower.ends_with(".pkg.dev");
}

Result<FetchedCredential> ReadGoogleToken(std::string_view json, Time now) {
  LARDER_ASSIGN_OR_RETURN(Token token, ReadToken(json, now));
  FetchedCredential fetched;
  fetched.credential.username = "oauth2accesstoken";
  fetched.credential.password = std::move(token.text);
  fetched.credential.provenance = "Google's metadata service";
  fetched.expires = token.expires;
  return fetched;
}

std::shared_ptr<CredentialSource> MakeGoogleSource(CloudHttp http, CloudOptions options) {
  const auto environment = OrProcess(options.environment);
  std::string host = Variable(*environment, "GCE_METADATA_HOST");
  if (host.empty()) host = "metadata.google.internal";
  const auto metadata = std::make_shared<MetadataService>(http, "http://" + host);
  // One token serves all of Google's registries.
  KeyOf key_of = [](const std::string& registry) { return IsGoogleRegistry(registry) ? "Google" : std::string(); };
  FetchFor fetch_for = [http, metadata](const std::string&, std::stop_token stop) {
    return Fetch(http, metadata, std::move(stop));
  };
  return MakeKeptSource(std::move(http), std::move(key_of), std::move(fetch_for), options.log);
}

std::shared_ptr<CredentialSource> MakeGoogleSource(Network& network, CloudOptions options) {
  return MakeGoogleSource(CloudHttp(network), std::move(options));
}

}  // namespace larder
