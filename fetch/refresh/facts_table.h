// Facts by digest during refreshing: each is fetched once, however many tags share it and however many ask at once.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "larder/client.h"
#include "larder/digest.h"
#include "larder/manifest.h"
#include "refresh/executor.h"

namespace larder::refresh {

// The loop's thread only. Remembers what was used lately; behind that is the store.
class FactsTable {
 public:
  // At some 600 bytes of facts each, 1.2 MB.
  static constexpr std::size_t kRemembered = 2048;

  FactsTable(Executor& executor, Store& store) : executor_(executor), store_(store) {}
  FactsTable(const FactsTable&) = delete;
  FactsTable& operator=(const FactsTable&) = delete;

  // The facts of a digest, or nullopt: then the caller is expected to fetch them from `host` and to call Fetched or
  // Failed for it. Whoever else asks meanwhile waits for that, unless it is more urgent: it does not wait in a longer
  // queue, and fetches them too. Nor does it wait for another host, which may be slow or dead; but what that one brings
  // serves all.
  void Ask(const Digest& digest, const std::string& host, Time now, Urgency urgency, Client::KnownDone done);

  // Remembers them, and answers whoever waits. (Writing them is the caller's: they go into its batch.)
  void Fetched(const ManifestFacts& facts);
  // The fetch that Ask asked for came to nothing: the next who waits is asked to fetch instead.
  void Failed(const Digest& digest, const std::string& host);

  // Stored facts that were used and expire within half their retention: to be written again.
  std::vector<ManifestFacts> TakeAging();

 private:
  struct Waiter {
    Waiter(Urgency urgency_in, Client::KnownDone done_in) : urgency(urgency_in), done(std::move(done_in)) {}
    Urgency urgency;
    Client::KnownDone done;
  };
  struct Pending {
    std::deque<Waiter> waiting;
    std::optional<Urgency> fetching;  // of the most urgent fetch; nullopt: the store is asked
  };
  void Remember(const ManifestFacts& facts);
  // For the first who asked.
  http::Task<void> Answer(Digest digest, std::string host, Time now);

  Executor& executor_;
  Store& store_;
  std::map<Digest, ManifestFacts> remembered_;
  std::deque<Digest> order_;                                   // oldest first
  std::map<std::pair<Digest, std::string>, Pending> pending_;  // by digest and host
  std::vector<ManifestFacts> aging_;
};

}  // namespace larder::refresh
