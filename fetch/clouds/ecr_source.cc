#include "clouds/ecr_source.h"

#include <future>
#include <utility>

#include "clouds/aws_settings.h"
#include "clouds/ecr_endpoint.h"
#include "clouds/ecr_state.h"
#include "credentials/environment.h"

namespace larder {
namespace {

using OnFound = std::function<void(Result<EcrSource::Found>)>;

http::Task<void> AnswerPreflight(std::shared_ptr<EcrState> state, std::stop_token stop, OnFound done) {
  Result<EcrSource::Found> found = co_await EcrState::Preflight(state, std::move(stop));
  // Not found is no failure where another source may know; here it is.
  if (!found && found.error().code == Errc::not_found) found.error().code = Errc::unavailable;
  done(std::move(found));
}

http::Task<void> AnswerCredential(std::shared_ptr<EcrState> state, std::string host, std::stop_token stop,
                                  CredentialSource::Done done) {
  CredentialSource::Answer answer = co_await EcrState::CredentialFor(state, std::move(host), std::move(stop));
  done(std::move(answer));
}

class EcrSourceOnNetwork final : public EcrSource {
 public:
  explicit EcrSourceOnNetwork(std::shared_ptr<EcrState> state) : state_(std::move(state)) {}
  ~EcrSourceOnNetwork() override { state_->Stop(); }

  void CredentialFor(const ImageName& name, std::stop_token stop, Done done) override {
    std::string host = name.Registry();
    if (!IsEcrPublic(host) && !ParseEcrHost(host)) return done(std::nullopt);
    state_->http().timers().Post([state = state_, host = std::move(host), stop = std::move(stop),
                                  done = std::move(done)] { http::Spawn(AnswerCredential(state, host, stop, done)); });
  }

  void Preflight(std::stop_token stop, OnFound done) override {
    state_->http().timers().Post([state = state_, stop = std::move(stop), done = std::move(done)] {
      http::Spawn(AnswerPreflight(state, stop, done));
    });
  }

  bool Includes(const ImageName& name) const override {
    const auto registry = ParseEcrHost(name.Registry());
    if (!registry) return true;
    if (!state_->Nowhere()) return !state_->Excluded(*registry);
    // Nobody asks for credentials of what is left out: here a region is looked for again, when it is time to.
    if (state_->MayLookAgain()) {
      state_->http().timers().Post([state = state_] { http::Spawn(AnswerPreflight(state, {}, [](const auto&) {})); });
    }
    return false;
  }

 private:
  const std::shared_ptr<EcrState> state_;
};

Result<void> CheckIds(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (!IsAccountId(id)) return Fail(Errc::invalid_argument, "\"" + id + "\" is no AWS account id: 12 digits");
  }
  return {};
}

}  // namespace

std::vector<std::string> EksSystemAccounts() { return {"602401143452", "918309763551"}; }

Result<EcrSource::Found> EcrSource::PreflightNow() {
  std::promise<Result<Found>> promise;
  Preflight({}, [&promise](Result<Found> found) { promise.set_value(std::move(found)); });
  return promise.get_future().get();
}

Result<std::shared_ptr<EcrSource>> MakeEcrSource(CloudHttp http, EcrOptions options) {
  for (const std::string& region : options.regions) {
    if (!IsAwsRegion(region)) return Fail(Errc::invalid_argument, "\"" + region + "\" is no AWS region: eu-west-1");
  }
  if (options.include_ids) LARDER_RETURN_IF_ERROR(CheckIds(*options.include_ids));
  LARDER_RETURN_IF_ERROR(CheckIds(options.exclude_ids));
  options.environment = OrProcess(std::move(options.environment));
  return std::make_shared<EcrSourceOnNetwork>(std::make_shared<EcrState>(std::move(http), std::move(options)));
}

Result<std::shared_ptr<EcrSource>> MakeEcrSource(Network& network, EcrOptions options) {
  return MakeEcrSource(CloudHttp(network), std::move(options));
}

}  // namespace larder
