#include "registry/renewing_client.h"

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace larder {
namespace {

// A client, and how many of its calls have not ended. It may not go before they have.
struct Leased {
  explicit Leased(std::unique_ptr<Client> with) : client(std::move(with)) {}
  std::unique_ptr<Client> client;
  std::size_t calls = 0;
};
using LeasedPtr = std::shared_ptr<Leased>;

Time EndOf(const Credential& credential) { return credential.expires == Time{} ? Time::max() : credential.expires; }

class Renewal : public std::enable_shared_from_this<Renewal> {
 public:
  using Go = std::function<void(Result<LeasedPtr>)>;

  Renewal(ClientFactory& factory, std::shared_ptr<CredentialSource> source, http::Timers& timers, ImageName name,
          Urgency urgency, std::unique_ptr<Client> first, Time ends)
      : factory_(factory),
        source_(std::move(source)),
        timers_(timers),
        name_(std::move(name)),
        urgency_(urgency),
        current_(std::make_shared<Leased>(std::move(first))),
        ends_(ends) {}

  // Calls `go` with the client to ask, now or when there is a new credential.
  void With(const std::stop_token& stop, Go go) {
    if (timers_.Now() + kCredentialMargin < ends_) return go(current_);
    Waiting& waiting = waiting_[++last_id_];
    waiting.go = std::move(go);
    std::function<void()> on_stop = [weak = weak_from_this(), id = last_id_, &timers = timers_] {
      timers.Post([weak, id] {
        if (const auto self = weak.lock()) self->Stopped(id);
      });
    };
    waiting.on_stop.emplace(stop, std::move(on_stop));
    if (!std::exchange(asking_, true)) Ask();
  }

  void Left(const LeasedPtr& leased) {
    if (--leased->calls > 0 || leased == current_) return;
    retired_.remove(leased);
    timers_.Post([leased] {});  // it is in a call of this very client
  }

  // Every call ends as cancelled.
  void Close() {
    Answer(Fail(Errc::cancelled, "its client was closed"));
    stop_.request_stop();
    current_.reset();
    retired_.clear();
  }

 private:
  struct Waiting {
    Go go;
    std::optional<std::stop_callback<std::function<void()>>> on_stop;
  };

  void Ask() {
    stop_ = std::stop_source();
    source_->CredentialFor(name_, stop_.get_token(),
                           [weak = weak_from_this(), &timers = timers_](CredentialSource::Answer answer) {
                             timers.Post([weak, answer = std::move(answer)] {
                               if (const auto self = weak.lock()) self->Learn(answer);
                             });
                           });
  }

  // The source goes on for the others.
  void Stopped(std::uint64_t id) {
    const auto node = waiting_.extract(id);
    if (node.empty()) return;
    End(node.mapped(), Fail(Errc::cancelled, "stopped while its credential was renewed"));
    if (waiting_.empty()) stop_.request_stop();
  }

  void Learn(const CredentialSource::Answer& answer) {
    asking_ = false;
    if (current_ == nullptr) return;  // closed
    if (!answer.has_value()) {
      const bool given_up = answer.error().code == Errc::cancelled && stop_.stop_requested();
      if (!given_up) return Answer(std::unexpected<Error>(answer.error()));
      // Those who wait now came after those for whom the search was stopped.
      asking_ = !waiting_.empty();
      if (asking_) Ask();
      return;
    }
    Credentials credentials;
    if (answer->has_value()) credentials.Add(name_.Registry(), **answer);
    auto client = factory_.ClientFor(name_, credentials, urgency_);
    if (!client.has_value()) return Answer(std::unexpected<Error>(std::move(client).error()));
    ends_ = answer->has_value() ? EndOf(**answer) : Time::max();
    if (current_->calls > 0) retired_.push_back(current_);
    current_ = std::make_shared<Leased>(std::move(*client));
    Answer(current_);
  }

  // All who wait now. Each may close the client, which answers the others, and may call it again.
  void Answer(const Result<LeasedPtr>& result) {
    const std::uint64_t last = last_id_;
    while (!waiting_.empty() && waiting_.begin()->first <= last) {
      const auto node = waiting_.extract(waiting_.begin());
      End(node.mapped(), result);
    }
  }

  static void End(Waiting& waiting, const Result<LeasedPtr>& result) {
    waiting.on_stop.reset();
    waiting.go(result);
  }

  ClientFactory& factory_;
  const std::shared_ptr<CredentialSource> source_;
  http::Timers& timers_;
  const ImageName name_;
  const Urgency urgency_;
  LeasedPtr current_;  // null: closed
  std::list<LeasedPtr> retired_;
  Time ends_;
  bool asking_ = false;
  std::stop_source stop_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_id_ = 0;
};

class RenewingClient final : public Client {
 public:
  explicit RenewingClient(std::shared_ptr<Renewal> renewal) : renewal_(std::move(renewal)) {}
  ~RenewingClient() override { renewal_->Close(); }

  void Tags(std::stop_token stop, OnPage page, OnTags done) override {
    Begin<TagsSummary>(stop, std::move(done), [stop, page = std::move(page)](Client& client, OnTags noted) {
      client.Tags(stop, page, std::move(noted));
    });
  }
  void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) override {
    Begin<HeadResult>(stop, std::move(done),
                      [stop, reference = std::move(reference), known = std::move(known)](Client& client, OnHead noted) {
                        client.Head(reference, known, stop, std::move(noted));
                      });
  }
  void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) override {
    Begin<FetchedImage>(
        stop, std::move(done),
        [stop, reference = std::move(reference), known = std::move(known)](Client& client, OnManifest noted) {
          client.Manifest(reference, known, stop, std::move(noted));
        });
  }

 private:
  static FetchError NoCredential(const Error& error) {
    FetchError failed;
    failed.error = error;
    failed.blame = error.code == Errc::cancelled ? Blame::none : Blame::credential;
    return failed;
  }

  template <class T>
  using Done = std::function<void(FetchResult<T>)>;

  template <class T>
  void Begin(const std::stop_token& stop, Done<T> done, std::function<void(Client&, Done<T>)> call) {
    renewal_->With(stop, [weak = std::weak_ptr(renewal_), done = std::move(done),
                          call = std::move(call)](Result<LeasedPtr> leased) {
      if (!leased.has_value()) return done(std::unexpected(NoCredential(leased.error())));
      ++(*leased)->calls;
      call(*(*leased)->client, [weak, done, lease = std::weak_ptr(*leased)](FetchResult<T> result) {
        const auto renewal = weak.lock();
        const auto kept = lease.lock();
        if (renewal != nullptr && kept != nullptr) renewal->Left(kept);
        done(std::move(result));
      });
    });
  }

  const std::shared_ptr<Renewal> renewal_;
};

}  // namespace

Result<std::unique_ptr<Client>> MakeRenewingClient(ClientFactory& factory, std::shared_ptr<CredentialSource> source,
                                                   http::Timers& timers, const ImageName& name,
                                                   const Credentials& credentials, Urgency urgency) {
  LARDER_ASSIGN_OR_RETURN(auto client, factory.ClientFor(name, credentials, urgency));
  const auto credential = credentials.For(name);
  if (source == nullptr || !credential.has_value() || credential->expires == Time{}) return client;
  return std::make_unique<RenewingClient>(std::make_shared<Renewal>(factory, std::move(source), timers, name, urgency,
                                                                    std::move(client), credential->expires));
}

}  // namespace larder
