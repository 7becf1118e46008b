#include "larder/credential_source.h"

#include <utility>

namespace larder {
namespace {

class StaticSource final : public CredentialSource {
 public:
  explicit StaticSource(Credentials credentials) : credentials_(std::move(credentials)) {}
  void CredentialFor(const ImageName& name, std::stop_token, Done done) override { done(credentials_.For(name)); }

 private:
  const Credentials credentials_;
};

class SourceChain final : public CredentialSource {
 public:
  explicit SourceChain(std::vector<std::shared_ptr<CredentialSource>> sources)
      : sources_(std::make_shared<const Sources>(std::move(sources))) {}

  void CredentialFor(const ImageName& name, std::stop_token stop, Done done) override {
    Ask(sources_, 0, name, std::move(stop), std::move(done));
  }

 private:
  using Sources = std::vector<std::shared_ptr<CredentialSource>>;

  // Holds the sources, not the chain: the host may drop it meanwhile.
  static void Ask(std::shared_ptr<const Sources> sources, std::size_t at, ImageName name, std::stop_token stop,
                  Done done) {
    if (at == sources->size()) return done(std::nullopt);
    CredentialSource& source = *(*sources)[at];
    source.CredentialFor(name, stop, [sources, at, name, stop, done = std::move(done)](Answer answer) {
      if (!answer || *answer) return done(std::move(answer));
      Ask(sources, at + 1, name, stop, done);
    });
  }

  std::shared_ptr<const Sources> sources_;
};

}  // namespace

std::shared_ptr<CredentialSource> MakeStaticSource(Credentials credentials) {
  return std::make_shared<StaticSource>(std::move(credentials));
}

std::shared_ptr<CredentialSource> MakeSourceChain(std::vector<std::shared_ptr<CredentialSource>> sources) {
  std::erase(sources, nullptr);
  return std::make_shared<SourceChain>(std::move(sources));
}

}  // namespace larder
