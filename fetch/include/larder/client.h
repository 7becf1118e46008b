// The ports to a registry: what the refresher asks, and what a host may replace by an instrumented, recorded or fake
// version. Completion callbacks and stop tokens: no coroutine and no event loop shows here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/credentials.h"
#include "larder/digest.h"
#include "larder/error.h"
#include "larder/image_ref.h"
#include "larder/manifest.h"
#include "larder/time.h"

namespace LARDER_API larder {

// Who is to blame for a failed request (docs/refreshing.md: the table), beside the Error that the callback gets.
enum class Blame : std::uint8_t {
  none,
  host,        // connect, DNS, TLS, timeout, 5xx
  limit,       // 429
  credential,  // 401, 403
  repository,  // 404 on the tag list
  tag,         // 404 on the tag, a bad document, a wrong digest
};

struct FetchError {
  Error error;
  Blame blame = Blame::none;
  int http_status = 0;  // 0: no answer
  // Requests that a failed Manifest or Head cost, this one among them. Where a Head has none, it was one HEAD.
  std::uint32_t heads = 0;
  std::uint32_t manifest_gets = 0;
  std::uint32_t blob_gets = 0;
};

// False where nothing was sent: the host's limits or its silence forbid it until retry_at.
inline bool WasSent(const FetchError& error) { return error.http_status != 0 || !error.error.retry_at.has_value(); }

template <class T>
using FetchResult = std::expected<T, FetchError>;

// One page of a listing, in the order in which the registry gives them.
struct TagPage {
  std::vector<std::string> tags;  // valid ones only
  std::uint32_t skipped = 0;      // tags that no specification allows, digests among tags, non-strings
};

struct TagsSummary {
  std::uint32_t pages = 0;
  std::uint32_t tags = 0;
  std::uint32_t skipped = 0;
};

// What a HEAD of a tag answers.
struct HeadResult {
  Digest digest;           // of the Docker-Content-Digest header; empty: the host does not send it
  std::string media_type;  // without parameters
  std::uint64_t size = 0;  // 0: not said
  // Requests that it cost: a host without HEAD is asked by GET.
  std::uint32_t heads = 1;
  std::uint32_t manifest_gets = 0;
};

// A client of one repository. Calls may overlap; each callback is called exactly once, on the thread of the client's
// loop, never from inside the call. After a stop is requested the callback gets `cancelled`. The client may be
// destroyed with calls in flight: they end as cancelled first.
class Client {
 public:
  virtual ~Client() = default;
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The tags of the repository, page by page: `page` for each as it arrives, then `done`. A listing that is cut short
  // ends in an error, whatever pages came before.
  using OnPage = std::function<void(TagPage page)>;
  using OnTags = std::function<void(FetchResult<TagsSummary> result)>;
  virtual void Tags(std::stop_token stop, OnPage page, OnTags done) = 0;

  // What the tag (or digest) points at now. Costs no pull, unless the host does not answer HEAD: it is asked by GET
  // then, and sends nothing where the tag still points at `known`, the digest that it announced before (empty: none).
  using OnHead = std::function<void(FetchResult<HeadResult> result)>;
  virtual void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) = 0;

  // The document itself and everything needed to read it: for an index the child of the preferred platform too, for an
  // image its config blob. What `known` answers for a digest is not fetched.
  using OnManifest = std::function<void(FetchResult<FetchedImage> result)>;
  // Asked on the loop's thread with the digest of each manifest (the outermost too, once its bytes or a digest
  // reference say which it is) before its child or its config is fetched. Calls `done` exactly once, now or later, with
  // the facts, or with nullopt: then the caller fetches them, and they are among FetchedImage::facts. It may be
  // answered late, while another fetch of the same digest is in flight: that is how many tags that share an image cost
  // one fetch of its config. May be empty: nothing is known.
  using KnownDone = std::function<void(std::optional<ManifestFacts> facts)>;
  using KnownFacts = std::function<void(const Digest& digest, KnownDone done)>;
  virtual void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) = 0;
};

// Whether somebody waits for the answer. Where requests wait for a host, the more urgent ones go first.
enum class Urgency : std::uint8_t {
  background,  // nobody
  soon,        // for a whole repository that was asked for: one of many answers
  now,         // for this answer: it takes the place that each host keeps free for such
};

// Makes clients. Safe to call from any thread.
class ClientFactory {
 public:
  virtual ~ClientFactory() = default;
  ClientFactory() = default;
  ClientFactory(const ClientFactory&) = delete;
  ClientFactory& operator=(const ClientFactory&) = delete;

  virtual Result<std::unique_ptr<Client>> ClientFor(const ImageName& name, const Credentials& credentials,
                                                    Urgency urgency) = 0;
  // A repository's cycle went well: its host's request rate may rise (limits).
  virtual void Succeed(const ImageName& name) = 0;
};

}  // namespace larder
