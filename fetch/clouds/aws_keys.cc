#include "clouds/aws_keys.h"

#include <algorithm>
#include <utility>

#include "credentials/small_file.h"
#include "http/address.h"
#include "http/ascii.h"
#include "http/form.h"
#include "http/url.h"

namespace larder {
namespace {

constexpr std::string_view kRolePath = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view kRegionPath = "/latest/meta-data/placement/region";
constexpr std::string_view kContainerBase = "http://169.254.170.2";
constexpr std::string_view kWebIdentity = "a web identity";
constexpr std::string_view kContainer = "the container's credentials endpoint";

std::string ValueOf(const AwsProfile& profile, const std::string& name) {
  const auto found = profile.find(name);
  return found == profile.end() ? std::string() : found->second;
}

std::string Stripped(std::string text) {
  const auto blank = [](char c) { return c == '\n' || c == '\r' || http::IsBlank(c); };
  while (!text.empty() && blank(text.back())) text.pop_back();
  return text;
}

// Plain HTTP carries keys on this machine and link only: loopback, ECS's address, EKS Pod Identity's.
bool MayServeKeys(const http::Url& url) {
  if (url.scheme == "https") return true;
  static constexpr std::string_view kLinkLocal[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
  if (url.host == "localhost" || std::ranges::find(kLinkLocal, url.host) != std::end(kLinkLocal)) return true;
  const bool bracketed = url.host.starts_with('[');
  return http::IsLoopbackAddress(bracketed ? url.host.substr(1, url.host.size() - 2) : url.host);
}

}  // namespace

AwsKeyFinder::AwsKeyFinder(CloudHttp http, AwsSettings settings)
    : http_(http),
      settings_(std::move(settings)),
      metadata_(std::make_shared<MetadataService>(http, settings_.MetadataBase())) {}

http::Task<Result<AwsKeys>> AwsKeyFinder::Find(std::shared_ptr<AwsKeyFinder> self, std::string region,
                                               std::stop_token stop) {
  if (std::optional<AwsKeys> keys = self->InEnvironment()) co_return *std::move(keys);
  const Result<AwsProfile> profile = self->settings_.Profile();
  if (!profile) co_return std::unexpected<Error>(profile.error());
  if (std::optional<AwsKeys> keys = self->InFiles(*profile)) co_return *std::move(keys);

  if (const std::optional<WebIdentity> identity = self->WebIdentityOf(*profile)) {
    Result<http::Request> request = self->StsRequest(*identity, region);
    if (!request) co_return std::unexpected<Error>(std::move(request).error());
    Result<AwsKeys> keys = co_await self->ByRequest(*std::move(request), std::string(kWebIdentity), std::move(stop));
    if (keys) keys->from = "web identity, role " + identity->role;
    co_return keys;
  }
  const Result<void> supported = self->CheckSupported(*profile);
  if (!supported) co_return std::unexpected<Error>(supported.error());
  Result<std::optional<http::Request>> container = self->ContainerRequest();
  if (!container) co_return std::unexpected<Error>(std::move(container).error());
  if (*container) {
    http::Request request = **std::move(container);
    Result<AwsKeys> keys = co_await self->ByRequest(std::move(request), std::string(kContainer), std::move(stop));
    if (keys) keys->from = kContainer;
    co_return keys;
  }
  Result<AwsKeys> keys = co_await self->OfInstance(std::move(stop));
  if (!keys && keys.error().code == Errc::not_found) {
    co_return Fail(Errc::not_found, "no AWS keys in the environment, in " + self->settings_.ProfileShown() +
                                        ", by web identity, container or instance (" + keys.error().message + ")");
  }
  co_return keys;
}

std::optional<AwsKeys> AwsKeyFinder::InEnvironment() const {
  AwsKeys keys;
  keys.access_key = settings_.Get("AWS_ACCESS_KEY_ID");
  keys.secret_key = settings_.Get("AWS_SECRET_ACCESS_KEY");
  keys.session_token = settings_.Get("AWS_SESSION_TOKEN");
  keys.from = "AWS_ACCESS_KEY_ID";
  if (keys.access_key.empty() || keys.secret_key.empty()) return std::nullopt;
  return keys;
}

std::optional<AwsKeys> AwsKeyFinder::InFiles(const AwsProfile& profile) const {
  AwsKeys keys;
  keys.access_key = ValueOf(profile, "aws_access_key_id");
  keys.secret_key = ValueOf(profile, "aws_secret_access_key");
  keys.session_token = ValueOf(profile, "aws_session_token");
  keys.from = settings_.ProfileShown();
  if (keys.access_key.empty() || keys.secret_key.empty()) return std::nullopt;
  return keys;
}

Result<void> AwsKeyFinder::CheckSupported(const AwsProfile& profile) const {
  for (const char* way :
       {"source_profile", "credential_source", "credential_process", "sso_session", "sso_start_url"}) {
    if (!profile.contains(way)) continue;
    return Fail(Errc::unsupported, settings_.ProfileShown() + " gets its keys by " + way +
                                       ", which is not supported; give keys, or a role with web_identity_token_file");
  }
  return {};
}

std::optional<AwsKeyFinder::WebIdentity> AwsKeyFinder::WebIdentityOf(const AwsProfile& profile) const {
  WebIdentity identity{settings_.Get("AWS_ROLE_ARN"), settings_.Get("AWS_WEB_IDENTITY_TOKEN_FILE")};
  if (!identity.role.empty() && !identity.token_file.empty()) return identity;
  identity = WebIdentity{ValueOf(profile, "role_arn"), ValueOf(profile, "web_identity_token_file")};
  if (!identity.role.empty() && !identity.token_file.empty()) return identity;
  return std::nullopt;
}

Result<http::Request> AwsKeyFinder::StsRequest(const WebIdentity& identity, const std::string& region) const {
  LARDER_ASSIGN_OR_RETURN(const std::string token,
                          ReadTokenFile(identity.token_file, "web identity token " + identity.token_file));
  std::string session = settings_.Get("AWS_ROLE_SESSION_NAME");
  if (session.empty()) session = "larder";
  std::string host = "sts." + (region.empty() ? "" : region + ".");
  host += AwsDomain(region);
  const std::string endpoint = settings_.Endpoint("AWS_ENDPOINT_URL_STS", "https://" + host + "/");
  return FormPost(endpoint, http::EncodeForm({{"Action", "AssumeRoleWithWebIdentity"},
                                              {"Version", "2011-06-15"},
                                              {"RoleArn", identity.role},
                                              {"RoleSessionName", session},
                                              {"WebIdentityToken", token}}));
}

Result<std::optional<http::Request>> AwsKeyFinder::ContainerRequest() const {
  std::string where = settings_.Get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!where.empty()) {
    if (!where.starts_with('/')) where.insert(where.begin(), '/');
    where.insert(0, kContainerBase);
  } else {
    where = settings_.Get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (where.empty()) return std::nullopt;
  }
  const Result<http::Url> url = http::Url::Parse(where);
  if (!url || !MayServeKeys(*url)) {
    return Fail(Errc::invalid_argument,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI may be https, or http to loopback, 169.254.170.2, 169.254.170.23 "
                "or [fd00:ec2::23]");
  }
  std::string token = settings_.Get("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const std::string file = settings_.Get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty()) {
    LARDER_ASSIGN_OR_RETURN(token, ReadTokenFile(file, "the container's authorization token " + file));
  }
  http::Request request = ServiceRequest(http::Method::get, url->ToString());
  request.direct = url->scheme == "http";
  if (!token.empty()) request.headers.push_back(http::Header{"Authorization", token});
  return request;
}

http::Task<Result<AwsKeys>> AwsKeyFinder::ByRequest(http::Request request, std::string what,
                                                    std::stop_token stop) const {
  const bool xml = request.method == http::Method::post;
  Result<http::Response> response = co_await http_.Send(std::move(request), std::move(stop));
  if (!response) co_return std::unexpected<Error>(std::move(response).error().WithContext("AWS keys by " + what));
  if (response->status / 100 != 2) co_return std::unexpected<Error>(Refused("AWS keys by " + what, *response));
  Result<AwsKeys> keys = xml ? ReadStsKeys(response->body) : ReadMetadataKeys(response->body);
  if (!keys) co_return std::unexpected<Error>(std::move(keys).error().WithContext("AWS keys by " + what));
  co_return keys;
}

http::Task<Result<std::string>> AwsKeyFinder::MetadataToken(std::stop_token stop) {
  if (http::SameIgnoringCase(settings_.Get("AWS_EC2_METADATA_DISABLED"), "true")) {
    co_return Fail(Errc::not_found, "AWS_EC2_METADATA_DISABLED");
  }
  http::Request request = MetadataRequest(http::Method::put, metadata_->base() + "/latest/api/token");
  request.headers.push_back(http::Header{"X-aws-ec2-metadata-token-ttl-seconds", "21600"});
  Result<http::Response> response = co_await MetadataService::Ask(metadata_, std::move(request), std::move(stop));
  if (!response) co_return std::unexpected<Error>(std::move(response).error());
  if (response->status == 200) co_return Stripped(std::move(response->body));
  // Of another cloud, or switched off.
  if (response->status / 100 == 4) co_return Fail(Errc::not_found, Refused("instance metadata", *response).message);
  co_return std::unexpected<Error>(Refused("instance metadata", *response));
}

http::Task<Result<std::string>> AwsKeyFinder::Metadata(std::string path, std::string token, std::stop_token stop) {
  http::Request request = MetadataRequest(http::Method::get, metadata_->base() + path);
  request.headers.push_back(http::Header{"X-aws-ec2-metadata-token", std::move(token)});
  Result<http::Response> response = co_await MetadataService::Ask(metadata_, std::move(request), std::move(stop));
  if (!response) co_return std::unexpected<Error>(std::move(response).error());
  if (response->status == 200) co_return Stripped(std::move(response->body));
  if (response->status == 404) co_return Fail(Errc::not_found, "the instance's metadata has no " + path);
  co_return std::unexpected<Error>(Refused("instance metadata " + path, *response));
}

http::Task<Result<AwsKeys>> AwsKeyFinder::OfInstance(std::stop_token stop) {
  Result<std::string> token = co_await MetadataToken(stop);
  if (!token) co_return std::unexpected<Error>(std::move(token).error());
  Result<std::string> role = co_await Metadata(std::string(kRolePath), *token, stop);
  if (!role) co_return std::unexpected<Error>(std::move(role).error());
  const bool plain = std::ranges::all_of(*role, [](char c) { return http::IsVisible(c) && c != '/'; });
  if (role->empty() || !plain) co_return Fail(Errc::not_found, "the instance has no role");
  std::string path = std::string(kRolePath) + *role;
  Result<std::string> body = co_await Metadata(std::move(path), *std::move(token), std::move(stop));
  if (!body) co_return std::unexpected<Error>(std::move(body).error());
  Result<AwsKeys> keys = ReadMetadataKeys(*body);
  if (keys) keys->from = "EC2 instance role " + *role;
  co_return keys;
}

http::Task<Result<std::string>> AwsKeyFinder::InstanceRegion(std::shared_ptr<AwsKeyFinder> self, std::stop_token stop) {
  Result<std::string> token = co_await self->MetadataToken(stop);
  if (!token) co_return token;
  Result<std::string> region = co_await self->Metadata(std::string(kRegionPath), *std::move(token), std::move(stop));
  if (region && !IsAwsRegion(*region)) co_return Fail(Errc::not_found, "the instance's metadata names no region");
  co_return region;
}

}  // namespace larder
