// A token server of the distribution specification, for registries that want Bearer tokens.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "larder/error.h"
#include "support/docker_registry.h"
#include "support/http_server.h"
#include "support/signing_key.h"
#include "support/temp_dir.h"

namespace larder::testing {

struct TokenServerOptions {
  std::string service = "larder-test-registry";
  std::string issuer = "larder-test-issuer";
  SigningAlgorithm algorithm = SigningAlgorithm::es256;
  std::map<std::string, std::string> users;            // passwords by user
  bool anonymous = false;                              // who brings no credential gets tokens (to pull) too
  bool form_posts = true;                              // false: POST is answered 405
  std::chrono::seconds lifetime{300};                  // of the tokens
  std::optional<std::chrono::seconds> announced{300};  // as expires_in; nullopt: not said
  bool access_token_only = false;                      // answers "access_token", not "token"
  std::set<std::string> denied;                        // repositories whose scopes are left out, silently
};

// GET with Basic authentication, and POST with grant_type=password or refresh_token (a refresh token comes with
// offline_token=true or access_type=offline, and is good until RevokeRefreshTokens). Anything may be called from any
// thread.
class TokenServer {
 public:
  static Result<std::unique_ptr<TokenServer>> Start(TokenServerOptions options = {});

  std::string realm() const { return server_->url() + "/token"; }
  // What a docker-registry needs to be told to trust its tokens.
  DockerRegistryOptions::Token ForRegistry() const;

  struct Request {
    std::string method;
    std::string account;              // who it was for; "" for nobody
    std::string grant_type;           // of a POST
    std::vector<std::string> scopes;  // as asked
    int status = 0;                   // as answered
  };
  std::vector<Request> requests() const;
  std::size_t issued() const;  // tokens

  void SetUsers(std::map<std::string, std::string> users);
  void SetLifetime(std::chrono::seconds lifetime, std::optional<std::chrono::seconds> announced);
  void RevokeRefreshTokens();
  // Every request is answered with that status from now on; 0 ends it.
  void FailWith(int status);

 private:
  TokenServer(TokenServerOptions options, SigningKey key);
  ServedResponse Handle(const ReceivedRequest& request);
  // All of these under mutex_.
  int Authenticate(const ReceivedRequest& request, Request& seen);
  int AuthenticateForm(const std::multimap<std::string, std::string>& form, Request& seen);
  int CheckPassword(const std::string& user, const std::string& password) const;
  Result<std::string> Issue(const Request& seen);

  TokenServerOptions options_;
  const SigningKey key_;
  TempDir directory_;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::size_t issued_ = 0;
  int fail_with_ = 0;
  std::map<std::string, std::string> refresh_tokens_;  // to users
  std::unique_ptr<HttpServer> server_;                 // last: its threads use all of the above
};

}  // namespace larder::testing
