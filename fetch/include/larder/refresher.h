// Keeps a store fresh: asks registries for what is due, as seldom as the rules allow (docs/refreshing.md).
//
//   auto network = larder::Network::Start({});                               // larder/network.h
//   auto clients = larder::MakeRemoteClientFactory(**network, {});           // larder/remote_client.h
//   larder::Refresher refresher(**network, *clients, **store);
//   refresher.Start(larder::MakeFileSource("/etc/larder/images"));           // larder/image_source.h
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/client.h"
#include "larder/credential_source.h"
#include "larder/credentials.h"
#include "larder/events.h"
#include "larder/image_source.h"
#include "larder/log.h"
#include "larder/platform.h"
#include "larder/repository.h"
#include "larder/store.h"

namespace LARDER_API larder {

class Network;      // larder/network.h
struct HostStatus;  // larder/network.h

struct RefresherOptions {
  PlatformPreference platforms = DefaultPlatforms();  // must be those of the client factory
  // How often each repository is listed; nullopt: every 5 min, every 15 min from 10 pages.
  std::optional<Duration> list_interval;
  // How long after it was last asked for a record may be dropped.
  Duration retention = std::chrono::days(30);
  std::size_t cycles = 64;          // repositories at once, over all hosts
  std::size_t cycles_per_host = 4;  // repositories of one host at once
  std::size_t in_flight = 32;       // tags of one repository at once; the host's slots bound what is really sent
  Duration source_interval = std::chrono::minutes(1);  // between two askings of the image source; at least 1 s
  // How often what has expired is dropped from a store that does not do so by itself; 0: never.
  Duration collect_interval = std::chrono::hours(24);
  // Asked before each cycle for a repository whose image source and request bring no credential; unset: then anonymous.
  std::shared_ptr<CredentialSource> credentials;
  Log log;
  OnEvent on_event;
  // For who only wants to know that something changed: called on the loop after each pass over a repository, or one
  // tag, that found a new, moved or removed tag.
  std::function<void(const ImageName& name)> notify;
  // True where the host counts pulls: unknown tags are then asked by HEAD first. Unset: Docker Hub and whatever Network
  // has seen send ratelimit-* headers.
  std::function<bool(const ImageName&)> counts_pulls;
};

// What one pass over a repository, or one tag, came to.
struct RefreshReport {
  // What kept it from its end, else what the last tag that failed failed by; rate_limited has retry_at.
  std::optional<Error> error;
  Completeness completeness = Completeness::never_fetched;
  RepositoryCounts counts;
  std::uint32_t listings = 0;                                             // requests: pages of tags
  std::uint32_t heads = 0;                                                // requests: HEAD of manifests
  std::uint32_t manifest_gets = 0;                                        // requests: GET of manifests
  std::uint32_t blob_gets = 0;                                            // requests: GET of config blobs
  std::uint32_t added = 0, moved = 0, removed = 0, same = 0, failed = 0;  // tags
  std::uint64_t write_failures = 0;                                       // records that the store did not take
};

struct RefreshRequest {
  ImageRef ref;  // with a tag: that tag alone, whatever its deadline; else the repository: listed, then unknown and due
  bool all = false;  // the repository: every tag, whatever its deadline
  std::optional<Credentials>
      credentials;  // over those of the image source, which are over RefresherOptions::credentials
  // Called on the loop as tags are done. `total` grows where some are asked again.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

// Thread-safe. Owns a thread for the store; its network runs on Network's loop. The store, the network and the factory
// must outlive it.
class Refresher {
 public:
  Refresher(Network& network, ClientFactory& factory, Store& store, RefresherOptions options = {});
  ~Refresher();  // Stop
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

  // Begins to refresh the images of `source`, which is asked every source_interval. Resumes from the deadlines stored.
  // Without Start, only RefreshNow does anything.
  void Start(std::shared_ptr<ImageSource> source);
  // Asks the image source now.
  void Reload();
  // Ends within a second: what is in flight is aborted, what was fetched is written. Idempotent. It waits for the
  // network's thread, as whoever waits for one of the futures below does: not to be called there.
  void Stop();

  // Before whatever else is due: its first request is the next that the host's limits let go, whatever backlog there
  // is, of the same repository too (docs/refreshing.md: whose turn it is). `done` is called on the loop when it has
  // ended (with `cancelled` after Stop).
  void RefreshNow(RefreshRequest request, std::function<void(RefreshReport)> done);
  std::future<RefreshReport> RefreshNow(RefreshRequest request);
  // Lists the repository and asks for what is due before all others, without anybody waiting.
  void Prioritize(const ImageName& name);

  struct Status {
    std::size_t repositories = 0;  // scheduled
    std::size_t tags = 0;          // scheduled
    std::size_t cycles = 0;        // running
    std::size_t loading = 0;       // repositories whose stored deadlines are being read
    std::size_t due = 0;           // repositories that wait for their turn
    // Since when what is due longest is due: waiting, running, or held back by a ban or an outage. nullopt: nothing is.
    std::optional<Time> oldest_due;
    std::optional<Time> next_due;
    std::size_t store_queue = 0;  // reads and writes that the store's thread has before it
    std::size_t schedule_bytes = 0;
  };
  std::future<Status> GetStatus();
  // Called on the loop with how things stand, and with what was learned of every host of the network. False: no more.
  using OnSample = std::function<bool(const Status& status, const std::vector<HostStatus>& hosts)>;
  // Calls `sample` soon and every `interval` (at least 10 ms) from then on, until Stop. That is one more thing that the
  // schedule wakes for; where nobody asks for it nothing does. For metrics: who reads the last sample waits for nobody.
  void Sample(Duration interval, OnSample sample);
  // Records that failed their checks when they were read for refreshing, since construction: each once until it is
  // written anew. They read as missing, are logged, and are fetched again.
  std::uint64_t corrupt() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder
