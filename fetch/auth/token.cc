#include "auth/token.h"

#include <algorithm>
#include <vector>

#include "http/ascii.h"
#include "http/base64.h"
#include "http/form.h"
#include "json/json.h"

namespace larder {
namespace {

// scope=A&scope=B: servers that know one scope only look at the first.
void AppendScopes(std::vector<http::FormField>& fields, std::string_view scopes) {
  while (!scopes.empty()) {
    const std::size_t end = std::min(scopes.find(' '), scopes.size());
    if (end > 0) fields.emplace_back("scope", scopes.substr(0, end));
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
  }
}

http::Request TokenRequest(http::Method method, std::string url) {
  http::Request request(method, std::move(url));
  request.max_body = http::kMaxTokenBytes;
  return request;
}

}  // namespace

TokenKey::TokenKey() = default;
Token::Token() = default;

Time RefreshAt(Time obtained, Time expires) {
  return expires - std::max<Duration>(std::chrono::seconds(5), (expires - obtained) / 10);
}

Time Token::RefreshAt() const { return larder::RefreshAt(obtained, expires); }

std::string BasicAuthorization(const Credential& credential) {
  return "Basic " + EncodeBase64(credential.username + ":" + credential.password);
}

http::Request TokenByGet(const TokenKey& key, std::string_view client_id, const std::optional<Credential>& credential) {
  const std::string_view account = credential ? std::string_view(credential->username) : std::string_view();
  std::vector<http::FormField> fields = {{"service", key.service}};
  AppendScopes(fields, key.scope);
  fields.emplace_back("account", account);
  fields.emplace_back("client_id", client_id);
  const char separator = key.realm.find('?') == std::string::npos ? '?' : '&';
  http::Request request = TokenRequest(http::Method::get, key.realm + separator + http::EncodeForm(fields));
  if (credential && !(credential->username.empty() && credential->password.empty())) {
    request.headers.push_back(http::Header{"Authorization", BasicAuthorization(*credential)});
  }
  return request;
}

http::Request TokenByPost(const TokenKey& key, std::string_view client_id, std::string_view refresh_token) {
  http::Request request = TokenRequest(http::Method::post, key.realm);
  request.headers.push_back(http::Header{"Content-Type", "application/x-www-form-urlencoded"});
  request.body = http::EncodeForm({{"grant_type", "refresh_token"},
                                   {"service", key.service},
                                   {"client_id", client_id},
                                   {"scope", key.scope},
                                   {"refresh_token", refresh_token}});
  return request;
}

std::optional<std::chrono::seconds> LifeOfJwt(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto payload = DecodeBase64(token.substr(first + 1, second - first - 1));
  if (!payload) return std::nullopt;
  const Result<json::Document> claims = json::Parse(*payload);
  if (!claims) return std::nullopt;
  const auto expires = (*claims)["exp"].AsInt();
  const auto issued = (*claims)["iat"].AsInt();
  if (!expires || !issued || *issued < 0 || *expires < *issued) return std::nullopt;
  return std::chrono::seconds(*expires - *issued);
}

Result<Token> ReadToken(std::string_view body, Time asked) {
  const Result<json::Document> document = json::Parse(body);
  if (!document) return Fail(Errc::unavailable, document.error().message);
  Token token;
  token.text = (*document)["token"].text();
  if (token.text.empty()) token.text = (*document)["access_token"].text();
  if (token.text.empty()) return Fail(Errc::unavailable, "neither a token nor an access_token is in it");
  const bool printable = std::ranges::all_of(token.text, http::IsVisible);
  if (!printable) return Fail(Errc::unavailable, "its token holds characters that no header may have");
  token.refresh_token = (*document)["refresh_token"].text();
  const std::optional<double> said = (*document)["expires_in"].AsDouble();
  const double life =
      said ? *said : static_cast<double>(LifeOfJwt(token.text).value_or(std::chrono::seconds(0)).count());
  constexpr auto kShortest = std::chrono::duration<double>(kShortestTokenLife).count();
  constexpr auto kLongest = std::chrono::duration<double>(kLongestTokenLife).count();
  token.obtained = asked;
  token.expires = asked + Duration(static_cast<Duration::rep>(std::clamp(life, kShortest, kLongest) * 1000));
  return token;
}

}  // namespace larder
