#include "larder/instrumented_client.h"

#include <string>
#include <utility>

namespace larder {
namespace {

// What is called with an answer: it tells, and passes the answer on.
template <class T>
std::function<void(FetchResult<T>)> Timed(const FetchObserver& observer, FetchKind kind,
                                          std::function<void(FetchResult<T>)> done) {
  const auto begin = std::chrono::steady_clock::now();
  return [observer, kind, begin, done = std::move(done)](FetchResult<T> result) {
    if (observer) observer(kind, result.has_value(), std::chrono::steady_clock::now() - begin);
    done(std::move(result));
  };
}

class InstrumentedClient final : public Client {
 public:
  InstrumentedClient(std::unique_ptr<Client> next, FetchObserver observer)
      : next_(std::move(next)), observer_(std::move(observer)) {}

  void Tags(std::stop_token stop, OnPage page, OnTags done) override {
    next_->Tags(std::move(stop), std::move(page), Timed(observer_, FetchKind::tags, std::move(done)));
  }
  void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) override {
    next_->Head(std::move(reference), std::move(known), std::move(stop),
                Timed(observer_, FetchKind::head, std::move(done)));
  }
  void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) override {
    next_->Manifest(std::move(reference), std::move(known), std::move(stop),
                    Timed(observer_, FetchKind::metadata, std::move(done)));
  }

 private:
  std::unique_ptr<Client> next_;
  FetchObserver observer_;
};

}  // namespace

Result<std::unique_ptr<Client>> InstrumentedClientFactory::ClientFor(const ImageName& name,
                                                                     const Credentials& credentials, Urgency urgency) {
  LARDER_ASSIGN_OR_RETURN(auto next, next_.ClientFor(name, credentials, urgency));
  return std::make_unique<InstrumentedClient>(std::move(next), observer_);
}

}  // namespace larder
