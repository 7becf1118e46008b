// A FakeRegistry behind the limiter: its hosts answer so many requests a second, the most urgent first.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "larder/testing/fake_registry.h"
#include "limits/rate_limiters.h"
#include "refresh/engine.h"
#include "support/virtual_timers.h"

namespace larder::refresh {

// A call takes one slot of the rate, however many requests it would be. Engines must not outlive it.
class LimitedRegistry final : public ClientFactory {
 public:
  LimitedRegistry(testing::VirtualTimers& timers, testing::FakeRegistry& registry, double rps)
      : timers_(timers), registry_(registry), limits_(timers, OptionsOf(rps)) {}

  Result<std::unique_ptr<Client>> ClientFor(const ImageName& name, const Credentials& credentials,
                                            Urgency urgency) override;
  void Succeed(const ImageName&) override {}

  // In the order in which the limiter let them go.
  const std::vector<testing::FakeCall>& served() const { return served_; }

 private:
  friend class LimitedClient;

  static LimitOptions OptionsOf(double rps) {
    LimitOptions options;
    options.rate.rps = rps;
    options.rate.burst = 1;
    return options;
  }

  template <class T>
  http::Task<void> Pass(std::shared_ptr<const testing::FakeCall> call, http::Lane lane, http::Cost cost,
                        std::stop_token stop, std::function<void(std::function<void(FetchResult<T>)>)> send,
                        std::function<void(FetchResult<T>)> done) {
    const std::string host = HostOf(call->repository);
    Result<http::Pass> pass = co_await limits_.Enter(host, lane, cost, stop);
    if (!pass.has_value()) {
      FetchError refused;
      if (pass.error().code == Errc::rate_limited) refused.blame = Blame::limit;
      if (pass.error().code == Errc::unavailable) refused.blame = Blame::host;
      refused.error = std::move(pass).error();
      timers_.Post([done, refused] { done(std::unexpected(refused)); });
      co_return;
    }
    served_.push_back(*call);
    http::Callback<FetchResult<T>> callback(send);
    FetchResult<T> result = co_await callback;
    http::Response response;
    response.status = result.has_value() ? 200 : result.error().http_status;
    if (response.status == 0) {
      limits_.Leave(host, *pass, nullptr, &result.error().error);
    } else {
      limits_.Leave(host, *pass, &response, nullptr);
    }
    done(std::move(result));
  }

  testing::VirtualTimers& timers_;
  testing::FakeRegistry& registry_;
  RateLimiters limits_;
  std::vector<testing::FakeCall> served_;
};

class LimitedClient final : public Client {
 public:
  LimitedClient(LimitedRegistry& registry, std::string name, std::shared_ptr<Client> next, http::Lane lane)
      : registry_(registry), name_(std::move(name)), next_(std::move(next)), lane_(lane) {}

  void Tags(std::stop_token stop, OnPage page, OnTags done) override {
    std::function<void(OnTags)> send = [next = next_, stop, page](OnTags answered) {
      next->Tags(stop, page, std::move(answered));
    };
    http::Spawn(registry_.Pass<TagsSummary>(CallOf(testing::FakeCall::Kind::tags, ""), lane_, http::Cost::free, stop,
                                            std::move(send), std::move(done)));
  }
  void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) override {
    std::function<void(OnHead)> send = [next = next_, reference, known, stop](OnHead answered) {
      next->Head(reference, known, stop, std::move(answered));
    };
    http::Spawn(registry_.Pass<HeadResult>(CallOf(testing::FakeCall::Kind::head, reference), lane_, http::Cost::free,
                                           stop, std::move(send), std::move(done)));
  }
  void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) override {
    std::function<void(OnManifest)> send = [next = next_, reference, known, stop](OnManifest answered) {
      next->Manifest(reference, known, stop, std::move(answered));
    };
    http::Spawn(registry_.Pass<FetchedImage>(CallOf(testing::FakeCall::Kind::manifest, reference), lane_,
                                             http::Cost::pull, stop, std::move(send), std::move(done)));
  }

 private:
  std::shared_ptr<const testing::FakeCall> CallOf(testing::FakeCall::Kind kind, std::string reference) const {
    auto call = std::make_shared<testing::FakeCall>();
    call->kind = kind;
    call->repository = name_;
    call->reference = std::move(reference);
    return call;
  }

  LimitedRegistry& registry_;
  std::string name_;
  std::shared_ptr<Client> next_;
  http::Lane lane_;
};

inline Result<std::unique_ptr<Client>> LimitedRegistry::ClientFor(const ImageName& name, const Credentials& credentials,
                                                                  Urgency urgency) {
  LARDER_ASSIGN_OR_RETURN(std::shared_ptr<Client> next, registry_.ClientFor(name, credentials, urgency));
  http::Lane lane = http::Lane::normal;
  if (urgency == Urgency::soon) lane = http::Lane::soon;
  if (urgency == Urgency::now) lane = http::Lane::priority;
  return std::make_unique<LimitedClient>(*this, name.Canonical(), std::move(next), lane);
}

}  // namespace larder::refresh
