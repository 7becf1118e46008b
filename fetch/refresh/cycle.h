// One repository's cycle: read what we have, list if that is due, ask for what is due or unknown, write, publish.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "larder/client.h"
#include "larder/events.h"
#include "larder/log.h"
#include "larder/repository.h"
#include "refresh/batch_writer.h"
#include "refresh/facts_table.h"
#include "refresh/publish.h"
#include "refresh/schedule.h"
#include "refresh/stored.h"
#include "refresh/tag_check.h"
#include "refresh/window.h"

namespace larder::refresh {

struct CycleOptions {
  CycleOptions();
  TagCheckOptions check;
  std::optional<Duration> list_interval;
  std::size_t in_flight = 32;  // tags asked for at once in one repository; the host's own limits come on top
  Log log;
  OnEvent on_event;
  // True where the host of that name counts pulls (it sent ratelimit-* headers, or is Docker Hub).
  std::function<bool(const ImageName&)> counts_pulls;
};

struct CycleRequest {
  CycleRequest();
  ImageName name;
  bool list = false;                 // read the listing, if nobody else did meanwhile
  bool list_anyway = false;          // with list: whatever the stored deadline says
  bool all = false;                  // ask for every tag, whatever its deadline (with list)
  std::vector<std::uint64_t> items;  // due tags, by item of their keys
  std::vector<std::string> tags;     // asked for by name, whatever their deadlines
  Time since{};                      // when it fell due
};

struct CycleReport {
  CycleReport();
  // What kept the cycle from its end; where it is a limit, a host or a stop, the rest is still due.
  std::optional<FetchError> error;
  RepositoryRecord state;  // as published
  bool has_state = false;
  Completeness completeness = Completeness::never_fetched;
  std::vector<TagDue> dues;  // of the tags that were looked at; of all where `whole`
  bool whole = false;
  bool adopted = false;        // another refresher listed it meanwhile: the schedule is to be read anew
  std::uint32_t listings = 0;  // requests for pages of tags
  TagCounters counters;
  std::uint32_t added = 0, moved = 0, removed = 0, same = 0, failed = 0;
  std::uint64_t write_failures = 0;
  // The error of the last tag that failed by its own fault, for whoever asked for one tag.
  std::optional<Error> tag_error;
  // Nothing more of this repository before then; epoch: no hold.
  Time hold_until{};
};

// The parts that a cycle works with; all must outlive it. The loop's thread only.
struct CycleParts {
  CycleParts(http::Timers& timers_in, Executor& executor_in, Store& store_in, FactsTable& facts_in)
      : timers(timers_in), executor(executor_in), store(store_in), facts(facts_in) {}
  http::Timers& timers;
  Executor& executor;
  Store& store;
  FactsTable& facts;
};

class Cycle {
 public:
  // `progress`, where given, is called as tags are done: how many, of how many.
  using Progress = std::function<void(std::size_t done, std::size_t total)>;

  Cycle(const CycleParts& parts, const CycleOptions& options, Client& client, CycleRequest request,
        std::stop_token stop, Progress progress = {});
  Cycle(const Cycle&) = delete;
  Cycle& operator=(const Cycle&) = delete;

  http::Task<CycleReport> Run();

 private:
  // A tag that may be asked for. There may be 50,000 of them.
  struct Planned {
    std::string tag;
    Time deadline{};        // epoch: it has no record yet
    bool forced = false;    // whatever its deadline
    bool gone = false;      // asked because the listings lack it
    bool returned = false;  // in the listing again
  };
  // One that is asked for.
  struct Work {
    explicit Work(Planned from) : planned(std::move(from)) {}
    Planned planned;
    std::optional<ImageRecord> had;  // read just before
  };

  http::Task<void> ReadState();
  http::Task<void> ListTags();
  // In cycle_listing.cc.
  http::Task<void> TakeListing(std::vector<std::string> listed, TagsSummary summary);
  http::Task<std::vector<std::string>> FindGone(std::vector<std::string> gone);
  http::Task<void> Publish(std::vector<std::string> published, bool same);
  // `kept`: published although the listing lacks them.
  void Plan(const std::vector<std::string>& kept, const std::vector<TagHead>& heads);
  void ListingFailed(FetchError error);
  http::Task<void> RemoveGone();

  http::Task<void> PlanItems();
  http::Task<void> AskAll();
  http::Task<void> AskChunk(std::vector<Planned> chunk);
  http::Task<void> AskOne(Work work);
  void StillDue(const std::string& tag, Time deadline);
  void Note(const Work& work, TagOutcome outcome);
  void NoteWritten(const Work& work, TagOutcome& outcome);
  void Remove(const std::string& tag, const std::optional<ImageRecord>& had);
  void Count(std::optional<EntryStatus> before, std::optional<EntryStatus> after);
  http::Task<void> Finish();
  void NoteOutcomeInState(Time now);
  http::Task<void> RenewInOutage(Time now);
  void SetHold(Time now);
  void RenewFacts();
  bool Stopped() const { return stop_.stop_requested() || suspended_; }
  void Tell(EventKind kind, const std::string& tag, const Digest& from, const Digest& to, std::string text);

  CycleParts parts_;
  const CycleOptions& options_;
  Client& client_;
  CycleRequest request_;
  std::stop_token stop_;
  Progress progress_;
  std::string canonical_;
  BatchWriter writer_;
  TagCheck check_;
  Window window_;
  CycleReport report_;
  RepositoryRecord& state_;        // report_.state
  std::vector<std::string> tags_;  // of the listing as published
  std::uint32_t missing_blocks_ = 0;
  Time blocks_expiry_{};
  std::vector<Planned> planned_;  // last first
  CountChange change_;            // since the counts in the store were read or written
  std::size_t total_ = 0;
  std::size_t done_ = 0;
  bool suspended_ = false;
  bool listed_now_ = false;
  bool unknown_left_ = false;            // tags without a record that were not asked for
  std::vector<std::string> removed_;     // since the listing was published
  std::vector<std::string> to_confirm_;  // gone from the listings; asked for now
  std::vector<std::string> unsampled_;   // gone too, but the sample decides
  std::size_t confirmed_ = 0;            // of the sample
};

}  // namespace larder::refresh
