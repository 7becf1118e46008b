#include "larder/remote_client.h"

#include <future>
#include <utility>

#include "registry/calls.h"
#include "registry/image_fetch.h"
#include "registry/manifest_get.h"
#include "registry/remote_repository.h"
#include "registry/tag_listing.h"

namespace larder {
namespace {

// Owns what it needs until the request has ended, which may be after the client has.
template <class T>
http::Task<void> Drive(std::shared_ptr<CallOf<T>> call, http::Task<FetchResult<T>> task) {
  FetchResult<T> result = co_await task;
  call->End(std::move(result));
}

class RemoteClient final : public Client {
 public:
  explicit RemoteClient(RemoteRepositoryPtr repository) : repository_(std::move(repository)) {}

  ~RemoteClient() override {
    Network::Parts& parts = repository_->parts();
    if (parts.OnLoop()) {
      calls_->AbandonAll();
      return;
    }
    std::promise<void> abandoned;
    parts.loop().Post([this, &abandoned] {
      calls_->AbandonAll();
      abandoned.set_value();
    });
    abandoned.get_future().wait();
  }

  void Tags(std::stop_token stop, OnPage page, OnTags done) override {
    auto call = std::make_shared<CallOf<TagsSummary>>(std::move(done));
    OnPage guarded = [call, page = std::move(page)](TagPage tags) {
      if (page && !call->ended()) page(std::move(tags));
    };
    Begin<TagsSummary>(call, std::move(stop), [guarded = std::move(guarded)](auto repository, auto token) {
      return ListTags(std::move(repository), guarded, std::move(token));
    });
  }

  void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) override {
    auto call = std::make_shared<CallOf<HeadResult>>(std::move(done));
    Begin<HeadResult>(call, std::move(stop),
                      [reference = std::move(reference), known = std::move(known)](auto repository, auto token) {
                        return HeadManifest(std::move(repository), reference, known, std::move(token));
                      });
  }

  void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) override {
    auto call = std::make_shared<CallOf<FetchedImage>>(std::move(done));
    Begin<FetchedImage>(call, std::move(stop),
                        [reference = std::move(reference), known = std::move(known)](auto repository, auto token) {
                          return FetchImage(std::move(repository), reference, known, std::move(token));
                        });
  }

 private:
  template <class T>
  using Start = std::function<http::Task<FetchResult<T>>(RemoteRepositoryPtr, std::stop_token)>;

  template <class T>
  void Begin(std::shared_ptr<CallOf<T>> call, std::stop_token stop, Start<T> start) {
    const std::uint64_t id = calls_->Add(call);
    repository_->parts().loop().Post(
        [call, id, stop = std::move(stop), start = std::move(start), calls = calls_, repository = repository_] {
          if (call->ended()) return;
          call->Link(stop);
          http::Spawn(Drive<T>(call, start(repository, call->token())), [calls, id] { calls->Remove(id); });
        });
  }

  RemoteRepositoryPtr repository_;
  std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
};

// Registries with credentials of which it is told who they are asked as.
constexpr std::size_t kMaxAskedAs = 1000;

http::Lane LaneOf(Urgency urgency) {
  switch (urgency) {
    case Urgency::background:
      return http::Lane::normal;
    case Urgency::soon:
      return http::Lane::soon;
    case Urgency::now:
      return http::Lane::priority;
  }
  return http::Lane::normal;
}

class RemoteClientFactory final : public ClientFactory {
 public:
  RemoteClientFactory(Network& network, RemoteOptions options)
      : shared_(std::make_shared<RemoteShared>(network.parts(), std::move(options.platforms))) {}

  Result<std::unique_ptr<Client>> ClientFor(const ImageName& name, const Credentials& credentials,
                                            Urgency urgency) override {
    if (name.empty()) return Fail(Errc::invalid_argument, "a client needs the name of a repository");
    std::optional<Credential> credential = credentials.For(name);
    Tell(name.Registry(), credential);
    auto repository = std::make_shared<RemoteRepository>(shared_, name, std::move(credential), LaneOf(urgency));
    return std::make_unique<RemoteClient>(std::move(repository));
  }

  void Succeed(const ImageName& name) override {
    shared_->parts.loop().Post([shared = shared_, name] { shared->parts.limits().Succeed(name); });
  }

 private:
  // Who a registry is asked as, once for each.
  void Tell(const std::string& host, const std::optional<Credential>& credential) {
    if (!shared_->parts.log()) return;
    std::string text = host + " is asked as anybody";
    if (credential) {
      Credentials shown;
      shown.Add(host, *credential);
      text = host + " is asked with " + shown.ToString();
    }
    shared_->parts.loop().Post([shared = shared_, text = std::move(text)] {
      if (shared->asked_as.size() < kMaxAskedAs && shared->asked_as.insert(text).second) {
        shared->parts.log()(LogLevel::info, text);
      }
    });
  }

  std::shared_ptr<RemoteShared> shared_;
};

}  // namespace

std::unique_ptr<ClientFactory> MakeRemoteClientFactory(Network& network, RemoteOptions options) {
  return std::make_unique<RemoteClientFactory>(network, std::move(options));
}

}  // namespace larder
