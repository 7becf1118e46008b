#include "refresh/facts_table_wait.h"

#include <memory>
#include <utility>

namespace larder::refresh {
namespace {

struct FactsWait {
  FactsDone done;  // empty: it was called
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

}  // namespace

void AskFactsUntil(FactsTable& table, http::Timers& timers, const Digest& digest, const std::string& host, Time now,
                   Urgency urgency, const std::stop_token& stop, FactsDone done) {
  auto wait = std::make_shared<FactsWait>();
  wait->done = std::move(done);
  table.Ask(digest, host, now, urgency, [wait, &table, digest, host](std::optional<ManifestFacts> facts) {
    if (wait->done == nullptr) {
      if (!facts.has_value()) table.Failed(digest, host);  // the next who waits is to fetch them
      return;
    }
    wait->on_stop.reset();
    std::exchange(wait->done, nullptr)(std::move(facts), false);
  });
  if (wait->done == nullptr) return;
  // Runs in whatever thread requests the stop, so it only posts.
  wait->on_stop.emplace(stop, [weak = std::weak_ptr(wait), &timers] {
    timers.Post([weak] {
      const auto held = weak.lock();
      if (held != nullptr && held->done != nullptr) std::exchange(held->done, nullptr)(std::nullopt, true);
    });
  });
}

}  // namespace larder::refresh
