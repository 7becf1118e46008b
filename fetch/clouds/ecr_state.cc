#include "clouds/ecr_state.h"

#include <algorithm>
#include <utility>

#include "clouds/ecr_token.h"

namespace larder {
namespace {

constexpr std::string_view kNowhere = "no region is named or detected";

std::string Listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool Has(const std::vector<std::string>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

EcrState::EcrState(CloudHttp http, EcrOptions options)
    : http_(http),
      options_(std::move(options)),
      keys_(std::make_shared<AwsKeyFinder>(http, AwsSettings(options_.environment))),
      regions_(options_.regions) {}

std::optional<std::string> EcrState::Excluded(const EcrRegistry& registry) const {
  if (Has(options_.exclude_ids, registry.account)) return "account " + registry.account + " is excluded";
  if (options_.include_ids && !Has(*options_.include_ids, registry.account)) {
    return "account " + registry.account + " is not among those to include";
  }
  const std::lock_guard lock(mutex_);
  if (regions_.empty() || Has(regions_, registry.region)) return std::nullopt;
  return "region " + registry.region + " is not among those to include (" + Listed(regions_) + ")";
}

bool EcrState::Nowhere() const {
  const std::lock_guard lock(mutex_);
  return nowhere_;
}

void EcrState::SetDetected(const std::string& region) {
  const std::lock_guard lock(mutex_);
  nowhere_ = region.empty();
  regions_.clear();
  if (!nowhere_) regions_.push_back(region);
}

http::Task<Result<EcrState::Found>> EcrState::Preflight(std::shared_ptr<EcrState> self, std::stop_token stop) {
  const bool known = self->found_ && (*self->found_ || self->http_.timers().Now() < self->look_again_);
  if (known) {
    self->looking_again_ = false;
    co_return *self->found_;
  }
  std::shared_ptr<Flight> flight = self->flight_;
  if (flight == nullptr) {
    flight = std::make_shared<Flight>(self->http_.timers());
    self->flight_ = flight;
    http::Spawn(Look(self, flight));
  }
  std::optional<Result<Found>> found = co_await Flight::Wait(flight, std::move(stop));
  if (!found) co_return Fail(Errc::cancelled, "given up while AWS was looked for");
  co_return *std::move(found);
}

http::Task<void> EcrState::Look(std::shared_ptr<EcrState> self, std::shared_ptr<Flight> flight) {
  Result<Found> found = co_await Detect(self);
  self->flight_ = nullptr;
  self->Keep(found);
  flight->Set(std::move(found));
}

void EcrState::Keep(const Result<Found>& found) {
  looking_again_ = false;
  if (!found && found.error().code == Errc::cancelled) return;
  found_ = found;
  look_again_ = http_.timers().Now() + kMetadataRest;
  if (!found) {
    // Who names regions expects to be on AWS.
    Tell(options_.regions.empty() ? LogLevel::info : LogLevel::warning, found.error().message);
    return;
  }
  Tell(LogLevel::info,
       "ECR is asked with the keys of " + found->keys_from + ", for images of " + Listed(found->regions));
}

http::Task<Result<EcrState::Found>> EcrState::Detect(std::shared_ptr<EcrState> self) {
  Found found;
  found.regions = self->options_.regions;
  if (found.regions.empty()) {
    Result<std::string> region = self->keys_->settings().Region();
    if (region && region->empty()) {
      region = co_await AwsKeyFinder::InstanceRegion(self->keys_, self->stop_.get_token());
    }
    if (!region) {
      if (region.error().code == Errc::not_found) self->SetDetected("");
      co_return std::unexpected<Error>(std::move(region).error().WithContext("ECR: " + std::string(kNowhere)));
    }
    self->SetDetected(*region);
    found.regions.push_back(*std::move(region));
  }
  std::string region = found.regions.front();
  Result<AwsKeys> keys = co_await AwsKeyFinder::Find(self->keys_, std::move(region), self->stop_.get_token());
  if (!keys) co_return std::unexpected<Error>(std::move(keys).error().WithContext("ECR"));
  found.keys_from = std::move(keys->from);
  co_return found;
}

std::shared_ptr<KeptCredential> EcrState::TokenOf(EcrEndpoint endpoint, std::string_view variable) {
  std::shared_ptr<KeptCredential>& token = tokens_[endpoint.service + " " + endpoint.region];
  if (token != nullptr) return token;
  endpoint.url = keys_->settings().Endpoint(variable, endpoint.url);
  const std::string what = (endpoint.service == "ecr" ? "ECR in " : "ECR Public in ") + endpoint.region;
  // Holds what a fetch needs, and not this.
  KeptCredential::Fetch fetch = [http = http_, keys = keys_, endpoint](std::stop_token stop) {
    return FetchEcrToken(http, keys, endpoint, std::move(stop));
  };
  token = std::make_shared<KeptCredential>(http_.timers(), what, kCloudEmbargo, std::move(fetch), stop_.get_token(),
                                           options_.log);
  return token;
}

http::Task<CredentialSource::Answer> EcrState::CredentialFor(std::shared_ptr<EcrState> self, std::string host,
                                                             std::stop_token stop) {
  if (IsEcrPublic(host)) {
    CredentialSource::Answer answer = co_await Public(self, std::move(stop));
    co_return answer;
  }
  const std::optional<EcrRegistry> registry = ParseEcrHost(host);
  const std::optional<EcrEndpoint> endpoint = EcrEndpointFor(host);
  std::optional<std::string> excluded = self->Excluded(*registry);
  if (!excluded) {
    Result<Found> found = co_await Preflight(self, stop);
    const bool nothing_there = !found && found.error().code == Errc::not_found;
    if (nothing_there && self->Nowhere()) {
      co_return Fail(Errc::permission_denied, host + " is left out of ECR's registries: " + std::string(kNowhere));
    }
    // Its region may have been detected only now.
    excluded = self->Excluded(*registry);
    // A region and no keys: whatever else knows a credential may have its turn.
    if (nothing_there && !excluded) co_return std::nullopt;
    if (!found && (!excluded || found.error().code == Errc::cancelled)) {
      Error error = std::move(found).error();
      if (error.code != Errc::cancelled) {
        error.code = Errc::unavailable;
        error.retry_at = self->look_again_;
      }
      co_return std::unexpected<Error>(std::move(error));
    }
  }
  if (excluded) co_return Fail(Errc::permission_denied, host + " is left out of ECR's registries: " + *excluded);
  const std::shared_ptr<KeptCredential> token = self->TokenOf(*endpoint, "AWS_ENDPOINT_URL_ECR");
  CredentialSource::Answer answer = co_await KeptCredential::Get(token, std::move(stop));
  co_return answer;
}

// Anybody may ask there: what cannot be had is no reason not to.
http::Task<CredentialSource::Answer> EcrState::Public(std::shared_ptr<EcrState> self, std::stop_token stop) {
  const Result<Found> found = co_await Preflight(self, stop);
  if (!found) {
    if (found.error().code == Errc::cancelled) co_return std::unexpected<Error>(found.error());
    co_return std::nullopt;
  }
  EcrEndpoint endpoint = EcrPublicEndpoint();
  const std::shared_ptr<KeptCredential> token = self->TokenOf(std::move(endpoint), "AWS_ENDPOINT_URL_ECR_PUBLIC");
  CredentialSource::Answer answer = co_await KeptCredential::Get(token, std::move(stop));
  if (!answer && answer.error().code != Errc::cancelled) co_return std::nullopt;
  co_return answer;
}

void EcrState::Tell(LogLevel level, const std::string& line) const {
  if (options_.log) options_.log(level, line);
}

}  // namespace larder
