// One credential that is fetched when it is asked for, kept until shortly before it expires, and left alone for a while
// after a failure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "auth/waiters.h"
#include "http/task.h"
#include "http/timers.h"
#include "larder/credential_source.h"
#include "larder/credentials.h"
#include "larder/error.h"
#include "larder/log.h"
#include "larder/time.h"

namespace larder {

struct FetchedCredential {
  FetchedCredential();
  FetchedCredential(Credential the_credential, Time when_it_expires);
  Credential credential;
  Time expires{};
};

// Used on the loop's thread only. Held by those who wait.
class KeptCredential {
 public:
  // nullopt: there is none to be had here.
  using Fetched = Result<std::optional<FetchedCredential>>;
  using Fetch = std::function<http::Task<Fetched>(std::stop_token stop)>;

  // `what` is how messages name it: "ECR in eu-west-1". After a failure, and where there was none, it is not fetched
  // again for `rest`. `stop` ends fetches that are under way.
  KeptCredential(http::Timers& timers, std::string what, Duration rest, Fetch fetch, std::stop_token stop, Log log);

  // The credential: from memory, or fetched once for all who ask meanwhile. A tenth of its life before it expires (5
  // seconds at least) it is fetched anew, while those who ask get the old one, which also stands in for a new one that
  // cannot be had. While it rests after a failure: unavailable, with retry_at.
  static http::Task<CredentialSource::Answer> Get(std::shared_ptr<KeptCredential> self, std::stop_token stop);

 private:
  using Flight = SharedResult<CredentialSource::Answer>;
  static http::Task<void> Fly(std::shared_ptr<KeptCredential> self, std::shared_ptr<Flight> flight);
  // What is known without asking; null where it has to be asked for.
  std::optional<CredentialSource::Answer> Known(Time now) const;
  CredentialSource::Answer Learn(Fetched fetched, Time asked);

  http::Timers& timers_;
  const std::string what_;
  const Duration rest_;
  const Fetch fetch_;
  const std::stop_token stop_;
  const Log log_;
  std::optional<Credential> credential_;
  Time obtained_{}, expires_{};
  Time rest_until_{};
  std::optional<Error> failure_;  // why it rests; without one there is no credential
  std::shared_ptr<Flight> flight_;
};

}  // namespace larder
