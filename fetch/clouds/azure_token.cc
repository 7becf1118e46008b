#include "clouds/azure_token.h"

#include <algorithm>
#include <utility>

#include "auth/token.h"
#include "credentials/small_file.h"
#include "http/ascii.h"
#include "http/form.h"
#include "json/json.h"
#include "larder/cloud_credentials.h"

namespace larder {
namespace {

constexpr AzureCloud kClouds[] = {
    {".azurecr.io", "https://login.microsoftonline.com/", "https://management.azure.com/"},
    {".azurecr.cn", "https://login.chinacloudapi.cn/", "https://management.core.chinacloudapi.cn/"},
    {".azurecr.de", "https://login.microsoftonline.de/", "https://management.core.cloudapi.de/"},
    {".azurecr.us", "https://login.microsoftonline.us/", "https://management.core.usgovcloudapi.net/"},
};

// The user name that goes with a refresh token where Basic is asked for (Azure's own documentation).
constexpr std::string_view kTokenUser = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::string_view kManaged = "msi";                    // azure.json's id and secret of a managed identity
constexpr Duration kReadConfigAgain = std::chrono::minutes(5);  // the file may change
constexpr std::chrono::seconds kRefreshTokenLife = std::chrono::hours(1);  // where the token does not say; it is 3 h

std::string Base(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Time ExpiryOf(std::string_view refresh_token, Time asked) {
  const std::chrono::seconds life = LifeOfJwt(refresh_token).value_or(kRefreshTokenLife);
  return asked + std::clamp<Duration>(life, kShortestTokenLife, kLongestTokenLife);
}

// One text of a JSON answer, fit for a header or a form.
Result<std::string> TextIn(const http::Response& response, std::string_view name, std::string_view what) {
  const auto document = json::Parse(response.body);
  if (!document) return Fail(Errc::unavailable, std::string(what) + ": " + document.error().message);
  const std::string_view text = (*document)[name].text();
  const bool plain = std::ranges::all_of(text, http::IsVisible);
  if (text.empty() || !plain) return Fail(Errc::unavailable, std::string(what) + ": the answer holds no token");
  return std::string(text);
}

}  // namespace

const AzureCloud* AzureCloudOf(std::string_view host) {
  const std::string lower = http::LowerCase(host);
  for (const AzureCloud& cloud : kClouds) {
    if (lower.size() > cloud.registries.size() && lower.ends_with(cloud.registries)) return &cloud;
  }
  return nullptr;
}

Result<AzureConfig> ReadAzureConfig(std::string_view shown, std::string_view json) {
  const auto document = json::Parse(json);
  if (!document || !document->root().IsObject()) {
    return Fail(Errc::invalid_argument,
                std::string(shown) + " is no azure.json" + (document ? "" : ": " + document.error().message));
  }
  AzureConfig config;
  config.user_assigned_identity = (*document)["userAssignedIdentityID"].text();
  Credential basic;
  basic.username = (*document)["aadClientId"].text();
  basic.password = (*document)["aadClientSecret"].text();
  basic.provenance = shown;
  const bool managed = (*document)["useManagedIdentityExtension"].AsBool().value_or(false) ||
                       basic.username == kManaged || basic.password == kManaged;
  if (!managed && !basic.username.empty() && !basic.password.empty()) config.basic = std::move(basic);
  return config;
}

AzureTokens::AzureTokens(CloudHttp http, std::shared_ptr<const Environment> environment, std::string config_file,
                         bool named)
    : http_(http),
      environment_(std::move(environment)),
      config_file_(std::move(config_file)),
      named_(named),
      metadata_(std::make_shared<MetadataService>(http, [this] {
        const std::string base = Variable(*environment_, "AZURE_POD_IDENTITY_AUTHORITY_HOST");
        return Base(base.empty() ? "http://169.254.169.254" : base);
      }())) {}

Result<AzureConfig> AzureTokens::Config() const {
  const Result<std::string> text = ReadSmallFile(config_file_, config_file_, kMaxCloudFile);
  if (!text && text.error().code == Errc::not_found && !named_) return AzureConfig();
  if (!text) return std::unexpected<Error>(text.error());
  return ReadAzureConfig(config_file_, *text);
}

http::Task<KeptCredential::Fetched> AzureTokens::Fetch(std::shared_ptr<AzureTokens> self, std::string host,
                                                       std::stop_token stop) {
  const Time asked = self->http_.timers().Now();
  Result<AzureConfig> config = self->Config();
  if (!config) co_return std::unexpected<Error>(std::move(config).error());
  if (config->basic) {
    co_return std::optional<FetchedCredential>(FetchedCredential(*std::move(config->basic), asked + kReadConfigAgain));
  }
  const AzureCloud& cloud = *AzureCloudOf(host);
  Result<std::string> access = co_await OfIdentity(self, cloud, std::move(config->user_assigned_identity), stop);
  if (!access && access.error().code == Errc::not_found) co_return std::nullopt;
  if (!access) co_return std::unexpected<Error>(std::move(access).error());

  const std::string url = "https://" + host + "/oauth2/exchange";
  http::Request request = FormPost(url, http::EncodeForm({{"grant_type", "access_token"},
                                                          {"service", host},
                                                          {"tenant", Variable(*self->environment_, "AZURE_TENANT_ID")},
                                                          {"access_token", *access}}));
  Result<http::Response> response = co_await self->http_.Send(std::move(request), std::move(stop));
  if (!response) co_return std::unexpected<Error>(std::move(response).error());
  if (response->status != 200) co_return std::unexpected<Error>(Refused("token exchange at " + host, *response));
  Result<std::string> refresh = TextIn(*response, "refresh_token", url);
  if (!refresh) co_return std::unexpected<Error>(std::move(refresh).error());
  Credential credential;
  credential.username = kTokenUser;
  credential.identity_token = *std::move(refresh);
  credential.provenance = "token exchange at " + host;
  const Time expires = ExpiryOf(credential.identity_token, asked);
  co_return std::optional<FetchedCredential>(FetchedCredential(std::move(credential), expires));
}

http::Task<Result<std::string>> AzureTokens::OfIdentity(std::shared_ptr<AzureTokens> self, const AzureCloud& cloud,
                                                        std::string user_assigned, std::stop_token stop) {
  Result<std::optional<http::Request>> prepared = self->DirectoryRequest(cloud);
  if (!prepared) co_return std::unexpected<Error>(std::move(prepared).error());
  if (!*prepared) {
    Result<std::string> token = co_await OfMachine(self, cloud, std::move(user_assigned), std::move(stop));
    co_return token;
  }
  http::Request request = **std::move(prepared);
  Result<http::Response> response = co_await self->http_.Send(std::move(request), std::move(stop));
  if (!response) co_return std::unexpected<Error>(std::move(response).error());
  if (response->status != 200) co_return std::unexpected<Error>(Refused("Azure's directory", *response));
  co_return TextIn(*response, "access_token", "Azure's directory");
}

Result<std::optional<http::Request>> AzureTokens::DirectoryRequest(const AzureCloud& cloud) const {
  const std::string tenant = Variable(*environment_, "AZURE_TENANT_ID");
  const std::string client = Variable(*environment_, "AZURE_CLIENT_ID");
  const std::string file = Variable(*environment_, "AZURE_FEDERATED_TOKEN_FILE");
  const std::string secret = Variable(*environment_, "AZURE_CLIENT_SECRET");
  if (tenant.empty() || client.empty() || (file.empty() && secret.empty())) return std::nullopt;
  std::string assertion;
  if (!file.empty()) {
    LARDER_ASSIGN_OR_RETURN(assertion, ReadTokenFile(file, "federated token " + file));
  }
  std::string authority = Variable(*environment_, "AZURE_AUTHORITY_HOST");
  if (authority.empty()) authority = cloud.authority;
  const std::string scope = std::string(cloud.resource) + ".default";
  return FormPost(Base(authority) + "/" + tenant + "/oauth2/v2.0/token",
                  http::EncodeForm({{"grant_type", "client_credentials"},
                                    {"client_id", client},
                                    {"scope", scope},
                                    {"client_assertion_type", file.empty() ? std::string_view() : kAssertionType},
                                    {"client_assertion", assertion},
                                    {"client_secret", file.empty() ? std::string_view(secret) : std::string_view()}}));
}

http::Task<Result<std::string>> AzureTokens::OfMachine(std::shared_ptr<AzureTokens> self, const AzureCloud& cloud,
                                                       std::string user_assigned, std::stop_token stop) {
  if (user_assigned.empty()) user_assigned = Variable(*self->environment_, "AZURE_CLIENT_ID");
  const std::string query =
      http::EncodeForm({{"api-version", "2018-02-01"}, {"resource", cloud.resource}, {"client_id", user_assigned}});
  http::Request request =
      MetadataRequest(http::Method::get, self->metadata_->base() + "/metadata/identity/oauth2/token?" + query);
  request.headers.push_back(http::Header{"Metadata", "true"});
  const bool answered_before = self->metadata_->answered();
  Result<http::Response> response = co_await MetadataService::Ask(self->metadata_, std::move(request), std::move(stop));
  if (!response) {
    Error error = std::move(response).error();
    if (error.code == Errc::not_found && answered_before) error.code = Errc::unavailable;
    co_return std::unexpected<Error>(std::move(error));
  }
  // No identity is given to the machine (400), or this is another cloud's service at the same address.
  if (response->status / 100 == 4 && response->status != 429) {
    co_return Fail(Errc::not_found, Refused("the machine has no identity", *response).message);
  }
  if (response->status != 200) co_return std::unexpected<Error>(Refused("Azure's metadata service", *response));
  co_return TextIn(*response, "access_token", "Azure's metadata service");
}

}  // namespace larder
