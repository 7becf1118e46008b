#include "larder/testing/fake_registry.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "larder/platform_choice.h"

namespace larder::testing {

Digest FakeDigest(std::uint64_t number) {
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(number));
  const std::string part(hex.data());
  return Digest::Parse("sha256:" + part + part + part + part).value();
}

ManifestFacts FakeImage(std::uint64_t number, Timestamp created) {
  ManifestFacts facts;
  facts.digest = FakeDigest(number);
  facts.kind = ManifestKind::oci_manifest;
  facts.image_id = FakeDigest(number + (1ULL << 48)).ToString();
  facts.platform = DefaultPlatforms().front();
  facts.created = created;
  return facts;
}

ManifestFacts FakeIndex(std::uint64_t number, const std::vector<std::pair<Platform, Digest>>& children) {
  ManifestFacts facts;
  facts.digest = FakeDigest(number);
  facts.kind = ManifestKind::oci_index;
  for (const auto& [platform, digest] : children) {
    ChildManifest child;
    child.platform = platform;
    child.digest = digest;
    facts.children.push_back(child);
  }
  return facts;
}

void FakeRegistry::SetTag(std::string_view name, std::string_view tag, const ManifestFacts& facts) {
  AddFacts(facts);
  repositories_[ImageName::Parse(name).value().Canonical()][std::string(tag)] = facts.digest;
}

void FakeRegistry::RemoveTag(std::string_view name, std::string_view tag) {
  repositories_[ImageName::Parse(name).value().Canonical()].erase(std::string(tag));
}

void FakeRegistry::SetDangling(std::string_view name, std::string_view tag) {
  repositories_[ImageName::Parse(name).value().Canonical()][std::string(tag)] = Digest();
}

std::size_t FakeRegistry::Count(FakeCall::Kind kind) const {
  return static_cast<std::size_t>(
      std::count_if(calls_.begin(), calls_.end(), [&](const FakeCall& call) { return call.kind == kind; }));
}

void FakeRegistry::ClearCounts() {
  calls_.clear();
  manifest_gets_ = blob_gets_ = not_modified_ = 0;
}

namespace {

FetchError Make(Errc code, Blame blame, int status, std::string message) {
  FetchError error;
  error.error = Error{code, std::move(message)};
  error.blame = blame;
  error.http_status = status;
  return error;
}

}  // namespace

class FakeClient final : public Client, public std::enable_shared_from_this<FakeClient> {
 public:
  FakeClient(FakeRegistry& registry, std::string name, std::string user)
      : registry_(registry), name_(std::move(name)), user_(std::move(user)) {}

  void Tags(std::stop_token stop, OnPage page, OnTags done) override {
    Answer<TagsSummary>(FakeCall::Kind::tags, "", stop, std::move(done), [this, page](const auto& finish) {
      const auto found = registry_.repositories_.find(name_);
      if (found == registry_.repositories_.end()) {
        finish(std::unexpected(Make(Errc::not_found, Blame::repository, 404, name_ + ": no such repository")));
        return;
      }
      TagsSummary summary;
      TagPage next;
      const auto send = [&] {
        ++summary.pages;
        summary.tags += static_cast<std::uint32_t>(next.tags.size());
        page(std::exchange(next, TagPage()));
      };
      for (const auto& [tag, digest] : found->second) {
        next.tags.push_back(tag);
        if (next.tags.size() == registry_.page_size) send();
      }
      if (!next.tags.empty() || summary.pages == 0) send();
      finish(summary);
    });
  }

  void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) override {
    Answer<HeadResult>(FakeCall::Kind::head, reference, stop, std::move(done),
                       [this, reference, known](const auto& finish) {
                         const auto digest = Resolve(reference);
                         HeadResult head;
                         head.heads = registry_.answers_head ? 1 : 0;
                         head.manifest_gets = registry_.answers_head ? 0 : 1;
                         registry_.manifest_gets_ += head.manifest_gets;
                         if (!digest.has_value()) {
                           FetchError error = NotFound(reference);
                           error.heads = head.heads;
                           error.manifest_gets = head.manifest_gets;
                           finish(std::unexpected(std::move(error)));
                           return;
                         }
                         if (!registry_.answers_head && *digest == known) ++registry_.not_modified_;
                         head.digest = *digest;
                         finish(head);
                       });
  }

  void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) override {
    Answer<FetchedImage>(FakeCall::Kind::manifest, reference, stop, std::move(done),
                         [this, reference, known](const auto& finish) {
                           const auto digest = Resolve(reference);
                           ++registry_.manifest_gets_;
                           if (!digest.has_value()) {
                             FetchError error = NotFound(reference);
                             error.manifest_gets = 1;
                             finish(std::unexpected(std::move(error)));
                             return;
                           }
                           FetchedImage image;
                           image.digest = image.announced = *digest;
                           image.manifest_gets = 1;
                           Walk(*digest, std::move(image), known, finish);
                         });
  }

 private:
  using Finish = std::function<void(FetchResult<FetchedImage>)>;

  template <class T, class Body>
  void Answer(FakeCall::Kind kind, std::string reference, std::stop_token stop,
              std::function<void(FetchResult<T>)> done, Body body) {
    FakeCall call;
    call.kind = kind;
    call.repository = name_;
    call.reference = std::move(reference);
    call.user = user_;
    registry_.calls_.push_back(call);
    registry_.post_(
        [self = weak_from_this(), registry = &registry_, call, stop, done = std::move(done), body = std::move(body)] {
          if (stop.stop_requested() || self.expired()) {
            done(std::unexpected(Make(Errc::cancelled, Blame::none, 0, "stopped")));
            return;
          }
          if (registry->fail) {
            if (auto error = registry->fail(call); error.has_value()) {
              if (call.kind == FakeCall::Kind::manifest && WasSent(*error)) error->manifest_gets = 1;
              done(std::unexpected(std::move(*error)));
              return;
            }
          }
          body(done);
        });
  }

  FetchError NotFound(const std::string& reference) const {
    return Make(Errc::not_found, Blame::tag, 404, name_ + ":" + reference + ": manifest unknown");
  }

  std::optional<Digest> Resolve(const std::string& reference) const {
    if (auto digest = Digest::Parse(reference); digest.has_value()) return *digest;
    const auto repository = registry_.repositories_.find(name_);
    if (repository == registry_.repositories_.end()) return std::nullopt;
    const auto tag = repository->second.find(reference);
    if (tag == repository->second.end() || tag->second.empty()) return std::nullopt;
    return tag->second;
  }

  // The document of `digest` and what is behind it; each costs what a real registry would charge.
  void Walk(const Digest& digest, FetchedImage image, KnownFacts known, Finish finish) {
    const auto go_on = [this, digest, known, finish](FetchedImage so_far, std::optional<ManifestFacts> facts) {
      if (!facts.has_value()) {
        const auto found = registry_.facts_.find(digest);
        if (found == registry_.facts_.end()) {
          finish(std::unexpected(NotFound(digest.ToString())));
          return;
        }
        facts = found->second;
        if (!facts->IsIndex()) {
          ++registry_.blob_gets_;
          ++so_far.blob_gets;
        }
      }
      so_far.facts.push_back(*facts);
      if (!facts->excluded_reason.empty()) {
        so_far.excluded_reason = facts->excluded_reason;
        finish(std::move(so_far));
        return;
      }
      if (!facts->IsIndex()) {
        finish(std::move(so_far));
        return;
      }
      TryChildren(std::make_shared<PlatformChoice>(ChooseChild(facts->children, registry_.platforms)), 0,
                  std::move(so_far), known, finish);
    };
    if (!known) {
      go_on(std::move(image), std::nullopt);
      return;
    }
    auto held = std::make_shared<FetchedImage>(std::move(image));
    known(digest, [held, go_on](std::optional<ManifestFacts> facts) { go_on(std::move(*held), std::move(facts)); });
  }

  // From `next` on, until one is a wanted image.
  void TryChildren(std::shared_ptr<const PlatformChoice> choice, std::size_t next, FetchedImage so_far,
                   KnownFacts known, Finish finish) {
    if (next == choice->candidates.size()) {
      so_far.excluded_reason = choice->excluded_reason;
      finish(std::move(so_far));
      return;
    }
    const auto tried = [this, choice, next, known, finish](FetchResult<FetchedImage> result) {
      const bool wanted = result.has_value() && result->excluded_reason.empty() &&
                          IsWanted(result->facts.back().platform, registry_.platforms);
      if (!result.has_value() || choice->certain || wanted) {
        finish(std::move(result));
        return;
      }
      result->excluded_reason.clear();
      TryChildren(choice, next + 1, std::move(*result), known, finish);
    };
    WalkChild(choice->candidates[next].digest, std::move(so_far), known, tried);
  }

  void WalkChild(const Digest& digest, FetchedImage image, KnownFacts known, Finish finish) {
    auto held = std::make_shared<FetchedImage>(std::move(image));
    const auto asked = [this, digest, held, finish](std::optional<ManifestFacts> facts) {
      if (!facts.has_value()) {
        ++registry_.manifest_gets_;
        ++held->manifest_gets;
      }
      KnownFacts answered = [facts](const Digest&, KnownDone done) { done(facts); };
      Walk(digest, std::move(*held), std::move(answered), finish);
    };
    if (known) {
      known(digest, asked);
    } else {
      asked(std::nullopt);
    }
  }

  FakeRegistry& registry_;
  std::string name_;
  std::string user_;
};

namespace {

// Calls in flight outlive the client that made them; what they find is then that it is gone.
class SharedClient final : public Client {
 public:
  explicit SharedClient(std::shared_ptr<FakeClient> client) : client_(std::move(client)) {}
  void Tags(std::stop_token stop, OnPage page, OnTags done) override {
    client_->Tags(stop, std::move(page), std::move(done));
  }
  void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) override {
    client_->Head(std::move(reference), std::move(known), stop, std::move(done));
  }
  void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) override {
    client_->Manifest(std::move(reference), std::move(known), stop, std::move(done));
  }

 private:
  std::shared_ptr<FakeClient> client_;
};

}  // namespace

Result<std::unique_ptr<Client>> FakeRegistry::ClientFor(const ImageName& name, const Credentials& credentials,
                                                        Urgency) {
  const auto credential = credentials.For(name);
  return std::make_unique<SharedClient>(
      std::make_shared<FakeClient>(*this, name.Canonical(), credential ? credential->username : std::string()));
}

}  // namespace larder::testing
