#include "support/token_server.h"

#include <openssl/evp.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

namespace larder::testing {
namespace {

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kMethodNotAllowed = 405;
constexpr int kBadRequest = 400;

using FormFields = std::multimap<std::string, std::string>;

std::string FieldOf(const FormFields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

std::string Base64Decoded(std::string_view text) {
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  const auto padding = static_cast<int>(text.size() - (text.find_last_not_of('=') + 1));
  bytes.resize(static_cast<std::size_t>(std::max(0, size - padding)));
  return bytes;
}

// "repository:host:5000/name:pull,push" in the form that tokens have it.
nlohmann::json Access(const std::string& scope, bool pull_only) {
  const std::size_t first = scope.find(':');
  const std::size_t last = scope.rfind(':');
  if (first == std::string::npos || first == last) return nullptr;
  nlohmann::json actions = nlohmann::json::array();
  std::istringstream list(scope.substr(last + 1));
  for (std::string action; std::getline(list, action, ',');) {
    if (!pull_only || action == "pull") actions.push_back(action);
  }
  return {{"type", scope.substr(0, first)}, {"name", scope.substr(first + 1, last - first - 1)}, {"actions", actions}};
}

HttpResponse Answer(int status, const nlohmann::json& body) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = body.dump();
  return response;
}

bool WantsRefreshToken(const ReceivedRequest& request) {
  if (request.method == "POST") return FieldOf(request.Form(), "access_type") == "offline";
  return FieldOf(request.Query(), "offline_token") == "true";
}

}  // namespace

TokenServer::TokenServer(TokenServerOptions options, SigningKey key)
    : options_(std::move(options)), key_(std::move(key)) {}

Result<std::unique_ptr<TokenServer>> TokenServer::Start(TokenServerOptions options) {
  LARDER_ASSIGN_OR_RETURN(SigningKey key, SigningKey::Create(options.algorithm));
  std::unique_ptr<TokenServer> made(new TokenServer(std::move(options), std::move(key)));
  LARDER_RETURN_IF_ERROR(made->key_.WriteCertificate(made->directory_ / "tokens.pem"));
  TokenServer* self = made.get();
  made->server_ =
      std::make_unique<HttpServer>([self](const ReceivedRequest& request) { return self->Handle(request); });
  return made;
}

DockerRegistryOptions::Token TokenServer::ForRegistry() const {
  return {realm(), options_.service, options_.issuer, directory_ / "tokens.pem"};
}

std::vector<TokenServer::Request> TokenServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t TokenServer::issued() const {
  const std::lock_guard lock(mutex_);
  return issued_;
}

void TokenServer::SetUsers(std::map<std::string, std::string> users) {
  const std::lock_guard lock(mutex_);
  options_.users = std::move(users);
}

void TokenServer::SetLifetime(std::chrono::seconds lifetime, std::optional<std::chrono::seconds> announced) {
  const std::lock_guard lock(mutex_);
  options_.lifetime = lifetime;
  options_.announced = announced;
}

void TokenServer::RevokeRefreshTokens() {
  const std::lock_guard lock(mutex_);
  refresh_tokens_.clear();
}

void TokenServer::FailWith(int status) {
  const std::lock_guard lock(mutex_);
  fail_with_ = status;
}

int TokenServer::CheckPassword(const std::string& user, const std::string& password) const {
  const auto found = options_.users.find(user);
  return found != options_.users.end() && found->second == password ? kOk : kUnauthorized;
}

int TokenServer::AuthenticateForm(const FormFields& form, Request& seen) {
  std::istringstream scopes(FieldOf(form, "scope"));
  for (std::string scope; scopes >> scope;) seen.scopes.push_back(scope);
  seen.grant_type = FieldOf(form, "grant_type");
  if (FieldOf(form, "service") != options_.service || FieldOf(form, "client_id").empty()) return kBadRequest;
  if (seen.grant_type == "password") {
    seen.account = FieldOf(form, "username");
    return CheckPassword(seen.account, FieldOf(form, "password"));
  }
  if (seen.grant_type != "refresh_token") return kBadRequest;
  const auto found = refresh_tokens_.find(FieldOf(form, "refresh_token"));
  if (found == refresh_tokens_.end()) return kUnauthorized;
  seen.account = found->second;
  return kOk;
}

int TokenServer::Authenticate(const ReceivedRequest& request, Request& seen) {
  constexpr std::string_view kBasic = "Basic ";
  if (fail_with_ != 0) return fail_with_;
  if (request.method == "POST") {
    return options_.form_posts ? AuthenticateForm(request.Form(), seen) : kMethodNotAllowed;
  }
  if (request.method != "GET") return kMethodNotAllowed;
  const FormFields query = request.Query();
  for (auto [it, end] = query.equal_range("scope"); it != end; ++it) seen.scopes.push_back(it->second);
  if (FieldOf(query, "service") != options_.service) return kBadRequest;
  const std::string authorization = request.Find("Authorization").value_or("");
  if (authorization.empty()) return options_.anonymous ? kOk : kUnauthorized;
  if (!authorization.starts_with(kBasic)) return kUnauthorized;
  const std::string pair = Base64Decoded(authorization.substr(kBasic.size()));
  const std::size_t colon = std::min(pair.find(':'), pair.size());
  seen.account = pair.substr(0, colon);
  return CheckPassword(seen.account, pair.substr(std::min(colon + 1, pair.size())));
}

Result<std::string> TokenServer::Issue(const Request& seen) {
  using std::chrono::seconds;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now()).time_since_epoch();
  nlohmann::json access = nlohmann::json::array();
  for (const std::string& scope : seen.scopes) {
    nlohmann::json item = Access(scope, seen.account.empty());
    if (!item.is_null() && !options_.denied.contains(item["name"])) access.push_back(std::move(item));
  }
  const nlohmann::json claims = {{"iss", options_.issuer},
                                 {"sub", seen.account},
                                 {"aud", options_.service},
                                 {"iat", now.count()},
                                 {"nbf", now.count()},
                                 {"exp", (now + options_.lifetime).count()},
                                 {"jti", std::to_string(++issued_)},
                                 {"access", access}};
  return key_.Jwt(claims.dump());
}

ServedResponse TokenServer::Handle(const ReceivedRequest& request) {
  const std::lock_guard lock(mutex_);
  Request seen;
  seen.method = request.method;
  seen.status = Authenticate(request, seen);
  if (seen.status == kOk) {
    if (auto token = Issue(seen)) {
      nlohmann::json body = {{"access_token", *token}};
      if (!options_.access_token_only) body["token"] = *token;
      if (options_.announced.has_value()) body["expires_in"] = options_.announced->count();
      if (!seen.account.empty() && WantsRefreshToken(request)) {
        const std::string refresh_token = "refresh-" + std::to_string(issued_);
        refresh_tokens_[refresh_token] = seen.account;
        body["refresh_token"] = refresh_token;
      }
      requests_.push_back(seen);
      return {Answer(kOk, body), {}};
    }
    seen.status = 500;
  }
  requests_.push_back(seen);
  return {Answer(seen.status, {{"errors", {{{"code", "UNAUTHORIZED"}, {"message", "no token for you"}}}}}), {}};
}

}  // namespace larder::testing
