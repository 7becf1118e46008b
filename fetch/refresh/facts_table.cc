#include "refresh/facts_table.h"

#include <algorithm>
#include <iterator>

#include "larder/manifest_record.h"
#include "larder/refresh_rules.h"

namespace larder::refresh {
namespace {

struct StoredFacts {
  std::optional<ManifestFacts> facts;
  Time expiry{};
};

StoredFacts ReadStored(Store& store, const Digest& digest, Time now) {
  StoredFacts stored;
  const Key key = Key::Manifest(digest);
  RecordBuf buffer;
  if (!store.Get(key, buffer).has_value()) return stored;
  const auto header = ReadHeader(key, buffer.bytes());
  if (!header.has_value() || !IsLive(*header, now)) return stored;
  auto facts = ReadManifestRecord(digest, buffer.bytes());
  if (!facts.has_value()) return stored;  // broken, or of another interpreter: fetched again
  stored.facts = std::move(*facts);
  stored.expiry = header->expiry;
  return stored;
}

}  // namespace

void FactsTable::Ask(const Digest& digest, const std::string& host, Time now, Urgency urgency, Client::KnownDone done) {
  if (const auto found = remembered_.find(digest); found != remembered_.end()) {
    done(found->second);
    return;
  }
  const auto [place, first] = pending_.try_emplace({digest, host});
  Pending& pending = place->second;
  if (pending.fetching.has_value() && *pending.fetching < urgency) {
    pending.fetching = urgency;
    done(std::nullopt);
    return;
  }
  pending.waiting.emplace_back(urgency, std::move(done));
  if (first) http::Spawn(Answer(digest, host, now));
}

http::Task<void> FactsTable::Answer(Digest digest, std::string host, Time now) {
  std::function<StoredFacts(Store&)> work = [digest, now](Store& store) { return ReadStored(store, digest, now); };
  StoredFacts stored = co_await OnStore<StoredFacts>(executor_, store_, std::move(work));
  if (!stored.facts.has_value()) {
    Failed(digest, host);  // nobody has them: the first who asked fetches
    co_return;
  }
  if (NeedsRenewal(stored.expiry, now, kManifestRetention)) aging_.push_back(*stored.facts);
  Fetched(*stored.facts);
}

void FactsTable::Fetched(const ManifestFacts& facts) {
  Remember(facts);
  // Those who are answered may ask again: first all of them, then the answers.
  std::vector<Waiter> waiting;
  for (auto at = pending_.lower_bound({facts.digest, ""}); at != pending_.end() && at->first.first == facts.digest;) {
    std::move(at->second.waiting.begin(), at->second.waiting.end(), std::back_inserter(waiting));
    at = pending_.erase(at);
  }
  for (auto& waiter : waiting) waiter.done(facts);
}

void FactsTable::Failed(const Digest& digest, const std::string& host) {
  const auto found = pending_.find({digest, host});
  if (found == pending_.end()) return;
  auto& waiting = found->second.waiting;
  if (waiting.empty()) {
    pending_.erase(found);
    return;
  }
  const auto most = std::max_element(waiting.begin(), waiting.end(),
                                     [](const Waiter& a, const Waiter& b) { return a.urgency < b.urgency; });
  found->second.fetching = most->urgency;
  const Client::KnownDone next = std::move(most->done);
  waiting.erase(most);
  next(std::nullopt);
}

void FactsTable::Remember(const ManifestFacts& facts) {
  if (!remembered_.insert_or_assign(facts.digest, facts).second) return;
  order_.push_back(facts.digest);
  if (order_.size() <= kRemembered) return;
  remembered_.erase(order_.front());
  order_.pop_front();
}

std::vector<ManifestFacts> FactsTable::TakeAging() { return std::exchange(aging_, {}); }

}  // namespace larder::refresh
