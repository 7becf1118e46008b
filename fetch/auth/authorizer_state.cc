#include "auth/authorizer_state.h"

#include <algorithm>
#include <utility>

#include "auth/realm.h"
#include "json/json.h"

namespace larder {
namespace {

// A token that was asked for this shortly before is not asked for again because of a refusal.
constexpr Duration kFreshToken = std::chrono::seconds(10);

std::string BasicPlace(const HostAccess& host, const Credential& credential) {
  return "basic\n" + host.root().Origin() + "\n" + std::to_string(credential.Identity());
}

// A refusal that may be the token's fault though its status is not 401: ECR Public answers 400 DENIED to a token that
// has expired. The answer to a HEAD has no body that would tell.
bool BlamesTheToken(const http::Response& response, http::Method method) {
  if (response.status != 400 && response.status != 403) return false;
  if (method == http::Method::head) return true;
  const Result<json::Document> body = json::Parse(response.body);
  if (!body) return false;
  return std::ranges::any_of((*body)["errors"].items(), [](const json::Value& error) {
    return error["code"].text() == "DENIED" || error["code"].text() == "UNAUTHORIZED";
  });
}

http::Request WithAuthorization(const http::Request& request, const std::string& authorization) {
  http::Request authorized = request;
  if (!authorization.empty()) authorized.headers.push_back(http::Header{"Authorization", authorization});
  return authorized;
}

}  // namespace

Grant::Grant() = default;

Authorizer::State::State(http::Session& session, http::Timers& timers, AuthOptions options)
    : session_(session),
      timers_(timers),
      options_(std::move(options)),
      standing_(std::make_shared<Standing>(timers, options_.remember_refused)),
      tokens_(std::make_shared<TokenClient>(session, timers, standing_, options_.client_id)) {}

void Authorizer::State::Stop() {
  tokens_->Stop();
  stop_.request_stop();
}

http::Task<Result<http::Response>> Authorizer::State::Send(http::Request request, std::stop_token stop) {
  if (stop_.stop_requested()) co_return Fail(Errc::cancelled, "the network is closed");
  Result<http::Response> response = co_await session_.Fetch(std::move(request), std::move(stop));
  co_return response;
}

Result<Authorizer::State::Host> Authorizer::State::HostOf(const std::string& url) {
  constexpr std::size_t kSchemeEnd = 8;  // "https://"
  const auto known = hosts_.find(std::string_view(url).substr(0, url.find('/', kSchemeEnd)));
  if (known != hosts_.end()) return known->second;
  LARDER_ASSIGN_OR_RETURN(const http::Url parsed, http::Url::Parse(url));
  Host& host = hosts_[parsed.Origin()];
  if (host == nullptr) host = std::make_shared<HostAccess>(parsed, session_.OptionsFor(parsed.Authority()).insecure);
  return host;
}

http::Task<Result<http::Response>> Authorizer::State::Fetch(std::shared_ptr<State> self, http::Request request,
                                                            AuthContext context, std::stop_token stop) {
  Result<Host> host = self->HostOf(request.url);
  if (!host) co_return std::unexpected(std::move(host).error());
  if (!(*host)->Known(self->timers_.Now())) {
    Result<http::Response> pinged = co_await Know(self, *host, request.lane, stop);
    // Being refused by a limit is the answer to whatever was asked.
    if (!pinged || pinged->status == 429) co_return pinged;
  }

  for (bool again = false;; again = true) {
    Result<Grant> granted = co_await self->Authorize(*host, context, request.lane, stop);
    if (!granted) co_return std::unexpected(std::move(granted).error());
    Grant grant = *std::move(granted);
    if (grant.refusal) co_return *std::move(grant.refusal);
    http::Request authorized = WithAuthorization(request, grant.authorization);
    Result<http::Response> response = co_await self->Send(std::move(authorized), stop);
    if (!response) co_return response;
    if (response->status == 401 && !(*host)->IsOwn(*response)) {
      Result<http::Response> elsewhere =
          co_await self->FetchElsewhere(std::move(request), *host, *std::move(response), stop);
      co_return elsewhere;
    }
    if (!again && self->WorthRepeating(*host, context, grant, *response, request.method)) continue;
    self->NoteOutcome(*host, context, grant, *response);
    co_return response;
  }
}

http::Task<Result<Authorizer::Server>> Authorizer::State::Base(std::shared_ptr<State> self, std::string url,
                                                               http::Lane lane, std::stop_token stop) {
  Result<Host> host = self->HostOf(url);
  if (!host) co_return std::unexpected(std::move(host).error());
  if (!(*host)->Known(self->timers_.Now())) {
    Result<http::Response> pinged = co_await Know(self, *host, lane, stop);
    if (!pinged) co_return std::unexpected(std::move(pinged).error());
  }
  co_return (*host)->base();
}

http::Task<Result<http::Response>> Authorizer::State::Know(std::shared_ptr<State> self, Host host, http::Lane lane,
                                                           std::stop_token stop) {
  std::shared_ptr<HostAccess::Ping> ping = host->ping;
  if (ping == nullptr) {
    ping = std::make_shared<HostAccess::Ping>(self->timers_);
    host->ping = ping;
    http::Spawn(Ping(self, host, lane, ping));
  }
  std::optional<Result<http::Response>> result = co_await HostAccess::Ping::Wait(ping, std::move(stop));
  if (!result) co_return Fail(Errc::cancelled, "given up while " + host->root().ToString() + " was asked");
  co_return *std::move(result);
}

http::Task<void> Authorizer::State::Ping(std::shared_ptr<State> self, Host host, http::Lane lane,
                                         std::shared_ptr<HostAccess::Ping> ping) {
  http::Request request(http::Method::get, host->root().ToString());
  request.max_body = http::kMaxTokenBytes;
  request.lane = lane;
  Result<http::Response> response = co_await self->Send(std::move(request), self->stop_.get_token());
  host->ping = nullptr;
  if (response && response->status != 429) {
    host->LearnPing(*response, self->timers_.Now(), self->options_.remember_ping);
  }
  ping->Set(std::move(response));
}

http::Task<Result<Grant>> Authorizer::State::Authorize(Host host, AuthContext context, http::Lane lane,
                                                       std::stop_token stop) {
  Grant grant;
  grant.plan = host->PlanFor(context);
  if (grant.plan.scheme == Plan::Scheme::none) co_return grant;
  if (grant.plan.scheme == Plan::Scheme::ready_token) {
    grant.authorization = "Bearer " + context.credential->registry_token;
    co_return grant;
  }
  if (grant.plan.scheme == Plan::Scheme::basic) {
    Credential credential = *std::move(context.credential);
    Result<Grant> result = co_await WithPassword(std::move(grant), host, std::move(credential), std::move(stop));
    co_return result;
  }
  Result<http::Url> realm = ResolveRealm(grant.plan.realm, host->answered_from());
  if (realm && context.credential) realm = RealmForCredential(*std::move(realm), host->answered_from());
  if (!realm) co_return std::unexpected(std::move(realm).error());
  TokenWish wish;
  wish.key.realm = realm->ToString();
  wish.key.service = grant.plan.service;
  wish.key.scope = grant.plan.scope;
  wish.key.identity = context.credential ? context.credential->Identity() : 0;
  wish.credential = std::move(context.credential);
  wish.public_only = host->is_public();
  wish.lane = lane;
  Result<Grant> result = co_await WithToken(std::move(grant), std::move(wish), std::move(stop));
  co_return result;
}

http::Task<Result<Grant>> Authorizer::State::WithToken(Grant grant, TokenWish wish, std::stop_token stop) {
  grant.key = wish.key;
  Result<TokenOutcome> outcome = co_await TokenClient::Get(tokens_, std::move(wish), std::move(stop));
  if (!outcome) co_return std::unexpected(std::move(outcome).error());
  if (outcome->token) {
    grant.authorization = "Bearer " + outcome->token->text;
    grant.token = std::move(outcome->token);
  } else {
    grant.refusal = std::move(outcome->refusal);
  }
  co_return grant;
}

http::Task<Result<Grant>> Authorizer::State::WithPassword(Grant grant, Host host, Credential credential,
                                                          std::stop_token stop) {
  const std::string place = BasicPlace(*host, credential);
  Result<Standing::Turn> turn = co_await standing_->Take(place, std::move(stop));
  if (!turn) co_return std::unexpected(std::move(turn).error());
  if (const auto until = standing_->RefusedUntil(place)) {
    const std::string from = credential.provenance.empty() ? std::string() : " from " + credential.provenance;
    co_return Fail(Errc::permission_denied, host->root().Authority() + " refused the credential" + from +
                                                "; it is not sent again before " + FormatTime(*until));
  }
  grant.turn = *std::move(turn);
  grant.authorization = BasicAuthorization(credential);
  co_return grant;
}

// Another host, to which the registry redirected, wants a token: it gets an anonymous one.
http::Task<Result<http::Response>> Authorizer::State::FetchElsewhere(http::Request request, Host host,
                                                                     http::Response challenge, std::stop_token stop) {
  Result<http::Url> url = http::Url::Parse(challenge.url);
  if (!url) co_return challenge;
  HostAccess elsewhere(*url);
  AuthContext anonymous;
  const bool understood = elsewhere.LearnChallenge(challenge, anonymous);
  Grant grant;
  grant.plan = elsewhere.PlanFor(anonymous);
  if (!understood || grant.plan.scheme != Plan::Scheme::bearer) co_return challenge;
  Result<http::Url> realm = ResolveRealm(grant.plan.realm, *url);
  if (!realm) co_return std::unexpected(std::move(realm).error());
  TokenWish wish;
  wish.key.realm = realm->ToString();
  wish.key.service = grant.plan.service;
  wish.key.scope = grant.plan.scope;
  wish.public_only = host->is_public() || challenge.public_peer;
  wish.lane = request.lane;
  Result<Grant> granted = co_await WithToken(std::move(grant), std::move(wish), stop);
  if (!granted) co_return std::unexpected(std::move(granted).error());
  if (granted->refusal) co_return *std::move(granted->refusal);
  http::Request authorized = WithAuthorization(request, granted->authorization);
  authorized.url = challenge.url;
  authorized.public_only = host->is_public();
  authorized.trusted_endpoint = false;
  Result<http::Response> response = co_await Send(std::move(authorized), std::move(stop));
  co_return response;
}

bool Authorizer::State::WorthRepeating(const Host& host, const AuthContext& context, const Grant& grant,
                                       const http::Response& response, http::Method method) {
  const bool unauthorized = response.status == 401;
  if (!unauthorized && !(grant.token && BlamesTheToken(response, method))) return false;
  const bool changed = unauthorized && host->LearnChallenge(response, context);
  if (grant.plan.scheme == Plan::Scheme::ready_token) return false;
  if (changed) return host->PlanFor(context).scheme != Plan::Scheme::none;
  if (!grant.token) return false;
  const bool fresh = timers_.Now() - grant.token->obtained < kFreshToken;
  if (!fresh) tokens_->Forget(grant.key, grant.token->text);
  return !fresh;
}

void Authorizer::State::NoteOutcome(const Host& host, const AuthContext& context, const Grant& grant,
                                    const http::Response& response) {
  if (grant.plan.scheme != Plan::Scheme::basic) return;
  const std::string place = BasicPlace(*host, *context.credential);
  // A host that took the credential before has something against the repository, not against the credential.
  if (response.status == 401 && !standing_->Accepted(place)) {
    standing_->Refuse(place);
  } else if (response.status < 400 || response.status == 404) {
    standing_->Accept(place);
  }
}

}  // namespace larder
