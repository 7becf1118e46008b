// The authorizer's inside, held by the tasks that are under way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "auth/authorizer.h"
#include "auth/host_access.h"
#include "auth/standing.h"
#include "auth/token_client.h"

namespace larder {

// How one request went out.
struct Grant {
  Grant();
  Plan plan;
  std::string authorization;              // "" where there is none
  TokenKey key;                           // of bearer
  std::optional<Token> token;             // of bearer
  std::optional<http::Response> refusal;  // the token server said no: nothing goes out
  Standing::Turn turn;                    // of basic, while it is not known to be accepted
};

class Authorizer::State {
 public:
  State(http::Session& session, http::Timers& timers, AuthOptions options);

  static http::Task<Result<http::Response>> Fetch(std::shared_ptr<State> self, http::Request request,
                                                  AuthContext context, std::stop_token stop);
  static http::Task<Result<Server>> Base(std::shared_ptr<State> self, std::string url, http::Lane lane,
                                         std::stop_token stop);
  void Stop();

 private:
  using Host = std::shared_ptr<HostAccess>;

  // The session's answer; `cancelled` once the authorizer is gone, and perhaps the session with it.
  http::Task<Result<http::Response>> Send(http::Request request, std::stop_token stop);
  Result<Host> HostOf(const std::string& url);
  // The answer of /v2/ of a host that is not known: asks, or waits for whoever asks.
  static http::Task<Result<http::Response>> Know(std::shared_ptr<State> self, Host host, http::Lane lane,
                                                 std::stop_token stop);
  static http::Task<void> Ping(std::shared_ptr<State> self, Host host, http::Lane lane,
                               std::shared_ptr<HostAccess::Ping> ping);

  http::Task<Result<Grant>> Authorize(Host host, AuthContext context, http::Lane lane, std::stop_token stop);
  http::Task<Result<Grant>> WithToken(Grant grant, TokenWish wish, std::stop_token stop);
  http::Task<Result<Grant>> WithPassword(Grant grant, Host host, Credential credential, std::stop_token stop);
  http::Task<Result<http::Response>> FetchElsewhere(http::Request request, Host host, http::Response challenge,
                                                    std::stop_token stop);

  // Whether the same request may fare better another time.
  bool WorthRepeating(const Host& host, const AuthContext& context, const Grant& grant, const http::Response& response,
                      http::Method method);
  void NoteOutcome(const Host& host, const AuthContext& context, const Grant& grant, const http::Response& response);

  http::Session& session_;
  http::Timers& timers_;
  AuthOptions options_;
  std::shared_ptr<Standing> standing_;
  std::shared_ptr<TokenClient> tokens_;
  std::map<std::string, Host, std::less<>> hosts_;  // by origin
  std::stop_source stop_;
};

}  // namespace larder
