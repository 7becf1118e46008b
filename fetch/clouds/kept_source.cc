#include "clouds/kept_source.h"

#include <map>
#include <utility>

#include "larder/cloud_credentials.h"

namespace larder {
namespace {

// On the loop.
struct State {
  State(CloudHttp with_http, FetchFor with_fetch, Log with_log)
      : http(std::move(with_http)), fetch_for(std::move(with_fetch)), log(std::move(with_log)) {}

  std::shared_ptr<KeptCredential> For(const std::string& key) {
    std::shared_ptr<KeptCredential>& kept = credentials[key];
    if (kept != nullptr) return kept;
    KeptCredential::Fetch fetch = [fetch_key = fetch_for, key](std::stop_token token) {
      return fetch_key(key, std::move(token));
    };
    kept = std::make_shared<KeptCredential>(http.timers(), key, kCloudEmbargo, std::move(fetch), stop.get_token(), log);
    return kept;
  }

  const CloudHttp http;
  const FetchFor fetch_for;
  const Log log;
  std::stop_source stop;
  std::map<std::string, std::shared_ptr<KeptCredential>> credentials;
};

http::Task<void> AnswerTo(std::shared_ptr<State> state, std::string key, std::stop_token stop,
                          CredentialSource::Done done) {
  const std::shared_ptr<KeptCredential> kept = state->For(key);
  CredentialSource::Answer answer = co_await KeptCredential::Get(kept, std::move(stop));
  done(std::move(answer));
}

class KeptSource final : public CredentialSource {
 public:
  KeptSource(std::shared_ptr<State> state, KeyOf key_of) : state_(std::move(state)), key_of_(std::move(key_of)) {}
  ~KeptSource() override { state_->stop.request_stop(); }

  void CredentialFor(const ImageName& name, std::stop_token stop, Done done) override {
    std::string key = key_of_(name.Registry());
    if (key.empty()) return done(std::nullopt);
    state_->http.timers().Post([state = state_, key = std::move(key), stop = std::move(stop), done = std::move(done)] {
      http::Spawn(AnswerTo(state, key, stop, done));
    });
  }

 private:
  const std::shared_ptr<State> state_;
  const KeyOf key_of_;
};

}  // namespace

std::shared_ptr<CredentialSource> MakeKeptSource(CloudHttp http, KeyOf key_of, FetchFor fetch_for, Log log) {
  auto state = std::make_shared<State>(std::move(http), std::move(fetch_for), std::move(log));
  return std::make_shared<KeptSource>(std::move(state), std::move(key_of));
}

}  // namespace larder
