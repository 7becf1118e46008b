// Tokens from token servers, kept while they are good and shared by all who need the same one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "auth/standing.h"
#include "auth/token.h"
#include "auth/waiters.h"
#include "http/session.h"
#include "http/task.h"
#include "http/timers.h"
#include "larder/credentials.h"
#include "larder/error.h"

namespace larder {

// What is wanted, and how to ask for it.
struct TokenWish {
  TokenWish();
  TokenKey key;
  std::optional<Credential> credential;
  bool public_only = false;  // the registry is public: a realm in a private network is not asked
  http::Lane lane = http::Lane::normal;
};

// A token, or the answer of the server that refused one.
struct TokenOutcome {
  TokenOutcome();
  std::optional<Token> token;
  http::Response refusal;
};

class TokenClient {
 public:
  // `session` and `timers` must outlive it.
  TokenClient(http::Session& session, http::Timers& timers, std::shared_ptr<Standing> standing, std::string client_id)
      : session_(session), timers_(timers), standing_(std::move(standing)), client_id_(std::move(client_id)) {}

  // From the cache, from a request that is under way, or by one of its own, which goes on for others where this stop
  // comes. `self` keeps it alive meanwhile. Errors: the session's; permission_denied for a credential that was refused
  // a short while ago; unavailable for an answer without a token; cancelled.
  static http::Task<Result<TokenOutcome>> Get(std::shared_ptr<TokenClient> self, TokenWish wish, std::stop_token stop);

  // The registry did not take `text`: it is asked for anew, unless that has been done.
  void Forget(const TokenKey& key, const std::string& text);
  // What is under way ends as cancelled, and what is asked for from now on.
  void Stop() { stop_.request_stop(); }

 private:
  using Flight = SharedResult<Result<TokenOutcome>>;
  struct Entry {
    std::optional<Token> token;
    std::shared_ptr<Flight> flight;
  };

  static http::Task<void> Fly(std::shared_ptr<TokenClient> self, TokenWish wish, std::shared_ptr<Flight> flight);
  http::Task<Result<TokenOutcome>> Ask(TokenWish wish);
  http::Task<Result<http::Response>> Send(TokenWish wish);
  Result<TokenOutcome> Read(const TokenWish& wish, http::Response response, Time asked);
  std::optional<Error> RefusedBefore(const TokenWish& wish) const;
  void NoteRefusal(const TokenWish& wish, int status);
  std::string RefreshTokenFor(const TokenWish& wish) const;
  void Keep(const TokenKey& key, Token token);

  http::Session& session_;
  http::Timers& timers_;
  std::shared_ptr<Standing> standing_;
  std::string client_id_;
  std::map<TokenKey, Entry> entries_;
  std::map<std::string, std::string> rotated_;  // refresh tokens that servers gave in place of those we had, by place
  std::size_t drop_at_ = 256;
  std::stop_source stop_;
};

}  // namespace larder
