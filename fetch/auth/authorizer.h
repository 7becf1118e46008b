// Requests to registries with authentication: Basic, Bearer with tokens, or none, as the host's challenge asks.
//
// Remembers for each host what its /v2/ asked for, so that later requests carry their authorization from the start;
// keeps tokens by realm, service, scope and credential, shared by concurrent requests; remembers refused credentials,
// so that a wrong password is not tried a thousand times and the account not locked.
//
// Used on the loop's thread only. Tasks that are under way when it is destroyed end by themselves, as cancelled where
// they would have sent anything more. The timers must outlive them; the session may go as soon as this has.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "http/session.h"
#include "http/task.h"
#include "http/timers.h"
#include "larder/credentials.h"
#include "larder/error.h"

namespace larder {

struct AuthOptions {
  std::string client_id = "larder";
  Duration remember_refused = std::chrono::minutes(5);  // a refused credential is not sent again for so long
  Duration remember_ping = std::chrono::hours(24);      // what /v2/ answered; a later 401 corrects it at once
};

// What is done to the repository; decides the scope of the token.
enum class Access : std::uint8_t {
  none,  // no repository: the challenge's own scope is taken
  pull,
  list_tags,  // pull; on Azure's registries metadata_read too
};

// For whom a request is made.
struct AuthContext {
  AuthContext();
  AuthContext(std::string repository, Access access, std::optional<Credential> credential = std::nullopt);
  std::string repository;  // as in the URL: "library/alpine"; "" with Access::none
  Access access = Access::none;
  std::optional<Credential> credential;  // nullopt: anonymous
};

class Authorizer {
 public:
  Authorizer(http::Session& session, http::Timers& timers, AuthOptions options);
  ~Authorizer();
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;

  // Sends `request` (whose URL names the configured registry) with what authorization its host wants. Whatever status
  // came in the end is a Response, 401 and 403 included; where the token server refused, the Response is its answer
  // (status 401, 403, 429 or 5xx; any other refusal reads as 401). One re-authentication a request at most.
  // Errors: the session's and the gate's; permission_denied for a credential that was refused a short while ago (no
  // request is made) and for a realm that may not be asked; unavailable for a token answer without a token.
  http::Task<Result<http::Response>> Fetch(http::Request request, AuthContext context, std::stop_token stop);

  struct Server {
    std::string origin;                 // "https://registry.example.com", without a trailing slash or "/v2/"
    bool redirected_by_public = false;  // where it is another one: Request::public_only
  };
  // Where the registry of `url` really is: the origin of `url` unless its /v2/ redirects to another /v2/ (not from
  // https to http). Costs the ping that Fetch makes anyway, once a host. An error where the ping had no answer at all;
  // any status will do.
  http::Task<Result<Server>> Base(std::string url, http::Lane lane, std::stop_token stop);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder
