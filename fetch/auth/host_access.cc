#include "auth/host_access.h"

#include <algorithm>

#include "auth/scope.h"

namespace larder {
namespace {

// A /v2/ that says nothing (404, 403 without a challenge, 5xx) is asked again after so long.
constexpr Duration kForgetUnclear = std::chrono::minutes(10);

std::vector<Challenge> ChallengesOf(const http::Response& response) {
  const std::vector<std::string_view> headers = response.FindAll("www-authenticate");
  return ParseChallenges(headers);
}

const Challenge* Find(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::ranges::find_if(challenges, [scheme](const Challenge& challenge) {
    return challenge.scheme == scheme && (scheme != "bearer" || !challenge.Find("realm").empty());
  });
  return found == challenges.end() ? nullptr : &*found;
}

// What of a challenge is the host's, not the repository's.
std::string Essence(const std::vector<Challenge>& challenges) {
  std::string text;
  if (const Challenge* bearer = Find(challenges, "bearer")) {
    text.append("bearer\n").append(bearer->Find("realm")).append("\n").append(bearer->Find("service"));
  }
  if (Find(challenges, "basic") != nullptr) text += "\nbasic";
  return text;
}

}  // namespace

Plan::Plan() = default;

HostAccess::HostAccess(const http::Url& url, bool insecure)
    : insecure_(insecure), root_(url), base_{.origin = url.Origin()}, answered_from_(url) {
  root_.path = "/v2/";
  root_.query.reset();
  answered_from_ = root_;
}

void HostAccess::LearnPing(const http::Response& response, Time now, Duration remember) {
  std::vector<Challenge> challenges = ChallengesOf(response);
  const bool clear = response.status / 100 == 2 || !challenges.empty();
  remembered_ = clear ? remember : std::min(remember, kForgetUnclear);
  known_until_ = now + remembered_;
  if (response.redirects > 0) {
    const auto url = http::Url::Parse(response.url);
    const bool is_registry = url && (url->path == "/v2/" || url->path == "/v2");
    if (is_registry && (url->scheme == "https" || root_.scheme == "http" || insecure_)) {
      base_ = {.origin = url->Origin(), .redirected_by_public = response.public_peer};
    }
  }
  // A challenge of another host, to which this one redirected, is answered where it comes up: without the credential.
  if (IsOwn(response)) Adopt(response, std::move(challenges));
}

void HostAccess::Adopt(const http::Response& response, std::vector<Challenge> challenges) {
  if (const auto url = http::Url::Parse(response.url)) answered_from_ = *url;
  is_public_ = response.public_peer;
  challenges_ = std::move(challenges);
}

bool HostAccess::IsOwn(const http::Response& response) const {
  if (response.redirects == 0) return true;
  const auto url = http::Url::Parse(response.url);
  return url && url->SameServer(root_);
}

bool HostAccess::LearnChallenge(const http::Response& response, const AuthContext& context) {
  // Google's registries answer 401 to a bad token without any challenge: the one known stays.
  std::vector<Challenge> challenges = ChallengesOf(response);
  if (challenges.empty()) return false;
  bool changed = false;
  if (Essence(challenges) != Essence(challenges_)) {
    Adopt(response, challenges);
    changed = true;
  }
  const Challenge* bearer = Find(challenges, "bearer");
  const std::string own = OwnScope(root_.Authority(), context);
  if (bearer != nullptr && !own.empty() && NamesOtherResource(bearer->Scope(), own)) {
    std::string& known = scopes_[context.repository];
    changed = changed || known != bearer->Scope();
    known = bearer->Scope();
  }
  return changed;
}

Plan HostAccess::PlanFor(const AuthContext& context) const {
  Plan plan;
  const Challenge* bearer = Find(challenges_, "bearer");
  const Challenge* basic = Find(challenges_, "basic");
  const Credential* credential = context.credential ? &*context.credential : nullptr;
  const bool has_password = credential != nullptr && !(credential->username.empty() && credential->password.empty());
  if (credential != nullptr && !credential->registry_token.empty() && (bearer != nullptr || basic != nullptr)) {
    plan.scheme = Plan::Scheme::ready_token;
  } else if (bearer != nullptr) {
    plan.scheme = Plan::Scheme::bearer;
    plan.realm = bearer->Find("realm");
    plan.service = bearer->Find("service");
    const auto known = scopes_.find(context.repository);
    plan.scope = known != scopes_.end() ? known->second : OwnScope(root_.Authority(), context);
    if (context.access == Access::none) plan.scope = bearer->Scope();
  } else if (basic != nullptr && has_password) {
    plan.scheme = Plan::Scheme::basic;
  }
  return plan;
}

}  // namespace larder
