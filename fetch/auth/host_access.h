// What is known of how one registry host wants to be asked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/authorizer.h"
#include "auth/challenge.h"
#include "auth/waiters.h"
#include "http/session.h"
#include "http/url.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder {

// How a request is to be authorized.
struct Plan {
  enum class Scheme : std::uint8_t { none, basic, bearer, ready_token };
  Plan();
  Scheme scheme = Scheme::none;
  std::string realm;  // of bearer, as the challenge has it
  std::string service;
  std::string scope;
};

class HostAccess {
 public:
  using Ping = SharedResult<Result<http::Response>>;

  // `url` is any of the host's, as configured.
  // `insecure`: the host may answer plain HTTP where https was asked, and its ping may lead to a plain base.
  explicit HostAccess(const http::Url& url, bool insecure = false);

  const http::Url& root() const { return root_; }  // "https://registry.example.com/v2/"
  const Authorizer::Server& base() const { return base_; }
  bool is_public() const { return is_public_; }
  // The URL that relative realms are relative to.
  const http::Url& answered_from() const { return answered_from_; }

  // Whether /v2/ was answered and that still counts.
  bool Known(Time now) const { return known_until_ > now && known_until_ - now <= remembered_; }
  void LearnPing(const http::Response& response, Time now, Duration remember);
  std::shared_ptr<Ping> ping;  // under way

  // The challenges of a later answer of the same host. True where they change how `context` is to be authorized.
  bool LearnChallenge(const http::Response& response, const AuthContext& context);
  // True where the answer came from the host itself, not from where it redirected to.
  bool IsOwn(const http::Response& response) const;

  Plan PlanFor(const AuthContext& context) const;

 private:
  void Adopt(const http::Response& response, std::vector<Challenge> challenges);

  const bool insecure_;
  http::Url root_;
  Authorizer::Server base_;
  http::Url answered_from_;
  bool is_public_ = false;
  Time known_until_{};
  Duration remembered_{};
  std::vector<Challenge> challenges_;
  std::map<std::string, std::string> scopes_;  // of repositories that the host knows by another name
};

}  // namespace larder
