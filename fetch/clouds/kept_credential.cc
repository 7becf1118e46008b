#include "clouds/kept_credential.h"

#include <utility>

#include "auth/token.h"

namespace larder {

FetchedCredential::FetchedCredential() = default;
FetchedCredential::FetchedCredential(Credential the_credential, Time when_it_expires)
    : credential(std::move(the_credential)), expires(when_it_expires) {}

KeptCredential::KeptCredential(http::Timers& timers, std::string what, Duration rest, Fetch fetch, std::stop_token stop,
                               Log log)
    : timers_(timers),
      what_(std::move(what)),
      rest_(rest),
      fetch_(std::move(fetch)),
      stop_(std::move(stop)),
      log_(std::move(log)) {}

http::Task<CredentialSource::Answer> KeptCredential::Get(std::shared_ptr<KeptCredential> self, std::stop_token stop) {
  const Time now = self->timers_.Now();
  std::optional<CredentialSource::Answer> known = self->Known(now);
  const bool rests = now < self->rest_until_;
  const bool fresh = self->credential_ && now < RefreshAt(self->obtained_, self->expires_);
  std::shared_ptr<Flight> flight = self->flight_;
  if (flight == nullptr && !rests && !fresh) {
    flight = std::make_shared<Flight>(self->timers_);
    self->flight_ = flight;
    http::Spawn(Fly(self, flight));
  }
  if (known) co_return *std::move(known);
  std::optional<CredentialSource::Answer> answer = co_await Flight::Wait(flight, std::move(stop));
  if (!answer) co_return Fail(Errc::cancelled, "given up while the credential of " + self->what_ + " was asked for");
  co_return *std::move(answer);
}

http::Task<void> KeptCredential::Fly(std::shared_ptr<KeptCredential> self, std::shared_ptr<Flight> flight) {
  const Time asked = self->timers_.Now();
  http::Task<Fetched> fetching = self->fetch_(self->stop_);
  Fetched fetched = co_await fetching;
  self->flight_ = nullptr;
  flight->Set(self->Learn(std::move(fetched), asked));
}

std::optional<CredentialSource::Answer> KeptCredential::Known(Time now) const {
  if (credential_ && now < expires_) return CredentialSource::Answer(credential_);
  if (now >= rest_until_) return std::nullopt;
  if (!failure_) return CredentialSource::Answer(std::nullopt);
  return CredentialSource::Answer(std::unexpected<Error>(*failure_));
}

CredentialSource::Answer KeptCredential::Learn(Fetched fetched, Time asked) {
  const Time now = timers_.Now();
  if (fetched && *fetched) {
    credential_ = std::move((*fetched)->credential);
    obtained_ = asked;
    expires_ = (*fetched)->expires;
    credential_->expires = expires_;
    rest_until_ = {};
    failure_.reset();
    return credential_;
  }
  if (!fetched && fetched.error().code == Errc::cancelled) return std::unexpected<Error>(std::move(fetched).error());
  rest_until_ = now + rest_;
  failure_.reset();
  if (!fetched) {
    failure_ = std::move(fetched).error().WithContext(what_);
    failure_->code = Errc::unavailable;
    failure_->message += "; not asked again before " + FormatTime(rest_until_);
    failure_->retry_at = rest_until_;
    if (log_) log_(LogLevel::warning, failure_->message);
  }
  return *Known(now);
}

}  // namespace larder
