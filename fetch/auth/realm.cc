#include "auth/realm.h"

#include <string>

namespace larder {
namespace {

// "localhost:1447/token", "auth.example.com/token"; not "token" or "/token".
bool BeginsWithHost(std::string_view realm) {
  const std::string_view first = realm.substr(0, realm.find_first_of("/?"));
  return first == "localhost" || first.find_first_of(".:") != std::string_view::npos;
}

}  // namespace

Result<http::Url> ResolveRealm(std::string_view realm, const http::Url& registry) {
  const bool absolute = realm.find("://") != std::string_view::npos;
  Result<http::Url> url = absolute                ? http::Url::Parse(realm)
                          : BeginsWithHost(realm) ? http::Url::Parse(registry.scheme + "://" + std::string(realm))
                                                  : registry.Resolve(realm);
  if (url) return url;
  return Fail(Errc::permission_denied,
              registry.Origin() + " sends for a token to an address that cannot be used: " + url.error().message);
}

Result<http::Url> RealmForCredential(http::Url realm, const http::Url& registry) {
  if (registry.scheme != "https" || realm.scheme == "https") return realm;
  if (realm.host != registry.host) {
    return Fail(Errc::permission_denied, registry.Origin() + " sends for a token to " + realm.Origin() +
                                             ", where the credential would travel unencrypted: it is not sent");
  }
  realm.scheme = "https";
  if (realm.port == 80) realm.port = 443;
  return realm;
}

}  // namespace larder
