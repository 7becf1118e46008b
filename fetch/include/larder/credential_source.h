// Where a credential comes from when the image brings none of its own: files, helpers, clouds. A port: a host may bring
// its own source.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "larder/api.h"
#include "larder/credentials.h"
#include "larder/error.h"
#include "larder/image_ref.h"

namespace LARDER_API larder {

class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  CredentialSource() = default;
  CredentialSource(const CredentialSource&) = delete;
  CredentialSource& operator=(const CredentialSource&) = delete;

  // The credential for requests about that repository. nullopt: this source has none, another may be asked. An error:
  // it is this source's to answer and it cannot now (retry_at says when, where that is known); the registry is then not
  // asked, not even anonymously.
  using Answer = Result<std::optional<Credential>>;
  using Done = std::function<void(Answer answer)>;
  // Called from any thread: sources keep what they learned, and renew it before it expires. The refresher asks before
  // each pass over a repository, and within one again where Credential::expires has come. Calls `done` exactly once,
  // now or later, on any thread; with `cancelled` soon after a stop.
  virtual void CredentialFor(const ImageName& name, std::stop_token stop, Done done) = 0;
};

// Always the same credentials.
std::shared_ptr<CredentialSource> MakeStaticSource(Credentials credentials);

// The first of them that has a credential or an error. Order: the cloud's source before the docker config's, as Flux
// had it; Google's and Azure's after it, where explicit credentials are to win.
std::shared_ptr<CredentialSource> MakeSourceChain(std::vector<std::shared_ptr<CredentialSource>> sources);

}  // namespace larder
