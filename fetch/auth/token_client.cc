#include "auth/token_client.h"

#include <algorithm>
#include <utility>

#include "http/url.h"

namespace larder {
namespace {

// Where a credential is shown, whatever it is asked for.
std::string PlaceOf(const TokenKey& key) {
  return key.realm + "\n" + key.service + "\n" + std::to_string(key.identity);
}
std::string ScopedPlaceOf(const TokenKey& key) { return PlaceOf(key) + "\n" + key.scope; }

// Whatever a token server answers in refusing reads as one of these: its 404 says nothing of the image.
int RefusalStatus(int status) { return status == 403 || status == 429 || status >= 500 ? status : 401; }

}  // namespace

TokenWish::TokenWish() = default;
TokenOutcome::TokenOutcome() = default;

http::Task<Result<TokenOutcome>> TokenClient::Get(std::shared_ptr<TokenClient> self, TokenWish wish,
                                                  std::stop_token stop) {
  const TokenKey key = wish.key;
  const Entry& entry = self->entries_[key];
  const Time now = self->timers_.Now();
  if (entry.token && entry.token->obtained <= now && now < entry.token->RefreshAt()) {
    TokenOutcome outcome;
    outcome.token = entry.token;
    co_return outcome;
  }
  std::shared_ptr<Flight> flight = entry.flight;
  if (flight == nullptr) {
    flight = std::make_shared<Flight>(self->timers_);
    self->entries_[key].flight = flight;
    http::Spawn(Fly(self, std::move(wish), flight));
  }
  std::optional<Result<TokenOutcome>> result = co_await Flight::Wait(flight, std::move(stop));
  if (!result) co_return Fail(Errc::cancelled, "given up while waiting for a token");
  co_return *std::move(result);
}

http::Task<void> TokenClient::Fly(std::shared_ptr<TokenClient> self, TokenWish wish, std::shared_ptr<Flight> flight) {
  const TokenKey key = wish.key;
  Result<TokenOutcome> outcome = co_await self->Ask(std::move(wish));
  Entry& entry = self->entries_[key];
  entry.flight = nullptr;
  if (outcome && outcome->token) {
    self->Keep(key, *outcome->token);
  } else if (!outcome && outcome.error().code != Errc::permission_denied && entry.token &&
             self->timers_.Now() < entry.token->expires) {
    // Asked for ahead of time, and the server is out of reach: the old one is still good.
    TokenOutcome old;
    old.token = entry.token;
    outcome = std::move(old);
  } else {
    self->entries_.erase(key);
  }
  flight->Set(std::move(outcome));
}

http::Task<Result<TokenOutcome>> TokenClient::Ask(TokenWish wish) {
  Standing::Turn turn;
  if (wish.credential) {
    Result<Standing::Turn> taken = co_await standing_->Take(PlaceOf(wish.key), stop_.get_token());
    if (!taken) co_return std::unexpected(std::move(taken).error());
    turn = *std::move(taken);
    std::optional<Error> refused = RefusedBefore(wish);
    if (refused) co_return std::unexpected(*std::move(refused));
  }
  const Time asked = timers_.Now();
  Result<http::Response> response = co_await Send(wish);
  if (!response) co_return std::unexpected(std::move(response).error());
  co_return Read(wish, *std::move(response), asked);
}

http::Task<Result<http::Response>> TokenClient::Send(TokenWish wish) {
  // The session may be gone then.
  if (stop_.stop_requested()) co_return Fail(Errc::cancelled, "the network is closed");
  const std::string refresh_token = RefreshTokenFor(wish);
  if (!refresh_token.empty()) {
    http::Request post = TokenByPost(wish.key, client_id_, refresh_token);
    post.public_only = wish.public_only;
    post.lane = wish.lane;
    Result<http::Response> answer = co_await session_.Fetch(std::move(post), stop_.get_token());
    // Servers without OAuth 2 do not know POST.
    if (!answer || (answer->status != 404 && answer->status != 405) || stop_.stop_requested()) co_return answer;
    // What such a server takes as a password is the token itself.
    wish.credential->password = refresh_token;
  }
  http::Request get = TokenByGet(wish.key, client_id_, wish.credential);
  get.public_only = wish.public_only;
  get.lane = wish.lane;
  Result<http::Response> answer = co_await session_.Fetch(std::move(get), stop_.get_token());
  co_return answer;
}

Result<TokenOutcome> TokenClient::Read(const TokenWish& wish, http::Response response, Time asked) {
  TokenOutcome outcome;
  if (response.status / 100 != 2) {
    NoteRefusal(wish, response.status);
    response.status = RefusalStatus(response.status);
    outcome.refusal = std::move(response);
    return outcome;
  }
  Result<Token> token = ReadToken(response.body, asked);
  if (!token)
    return std::unexpected(std::move(token).error().WithContext("the token server " + http::RedactUrl(wish.key.realm) +
                                                                " answers no token"));
  if (wish.credential) standing_->Accept(PlaceOf(wish.key));
  if (wish.credential && !wish.credential->identity_token.empty() && !token->refresh_token.empty()) {
    rotated_[PlaceOf(wish.key)] = token->refresh_token;
  }
  token->refresh_token.clear();
  outcome.token = *std::move(token);
  return outcome;
}

std::optional<Error> TokenClient::RefusedBefore(const TokenWish& wish) const {
  std::optional<Time> until = standing_->RefusedUntil(PlaceOf(wish.key));
  if (!until) until = standing_->RefusedUntil(ScopedPlaceOf(wish.key));
  if (!until) return std::nullopt;
  const std::string& from = wish.credential->provenance;
  return Error{Errc::permission_denied, "the token server " + http::RedactUrl(wish.key.realm) +
                                            " refused the credential" +
                                            (from.empty() ? std::string() : " from " + from) +
                                            "; it is not sent again before " + FormatTime(*until)};
}

// A server that says 401, or 400 to a refresh token, does not know the credential, unless it did before: then it is a
// matter of the repository, as is 403.
void TokenClient::NoteRefusal(const TokenWish& wish, int status) {
  if (!wish.credential) return;
  const std::string place = PlaceOf(wish.key);
  const bool unknown = status == 401 || (status == 400 && !wish.credential->identity_token.empty());
  if (unknown) rotated_.erase(place);
  if (unknown && !standing_->Accepted(place)) {
    standing_->Refuse(place);
  } else if (unknown || status == 403) {
    standing_->Refuse(ScopedPlaceOf(wish.key));
  }
}

std::string TokenClient::RefreshTokenFor(const TokenWish& wish) const {
  if (!wish.credential || wish.credential->identity_token.empty()) return {};
  const auto rotated = rotated_.find(PlaceOf(wish.key));
  return rotated == rotated_.end() ? wish.credential->identity_token : rotated->second;
}

void TokenClient::Keep(const TokenKey& key, Token token) {
  entries_[key].token = std::move(token);
  if (entries_.size() <= drop_at_) return;
  const Time now = timers_.Now();
  std::erase_if(entries_, [now](const auto& item) {
    return item.second.flight == nullptr && (!item.second.token || item.second.token->expires <= now);
  });
  drop_at_ = std::max<std::size_t>(256, entries_.size() * 2);
}

void TokenClient::Forget(const TokenKey& key, const std::string& text) {
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.token && found->second.token->text == text) found->second.token.reset();
}

}  // namespace larder
