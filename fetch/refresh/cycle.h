// One repository's cycle: read what we have, list if that is due, ask for what is due or unknown, write, publish.
#pragma once

#include <cstdint>
#include <deque>
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
#include "refresh/host_health.h"
#include "refresh/publish.h"
#include "refresh/schedule.h"
#include "refresh/stored.h"
#include "refresh/tag_check.h"
#include "refresh/telling.h"
#include "refresh/window.h"

namespace larder::refresh {

// A cycle leaves off in favour of others only after so many tags, so that what it read for its plan is worth it.
inline constexpr std::size_t kSlice = 64;
// Of a repository that was asked for, so many tags are as urgent as its listing: all of a small one.
inline constexpr std::size_t kFirstTags = 8;
// Before a repository is tried again whose cycle could not even begin (the store, a name without a client).
inline constexpr std::chrono::seconds kRetryBroken{60};

struct CycleOptions {
  CycleOptions();
  TagCheckOptions check;
  std::optional<Duration> list_interval;
  std::size_t in_flight = 32;  // tags asked for at once in one repository; the host's own limits come on top
  Log log;
  OnEvent on_event;
  std::string teller;  // NewTeller()
  // True where the host of that name counts pulls (it sent ratelimit-* headers, or is Docker Hub).
  std::function<bool(const ImageName&)> counts_pulls;
};

struct CycleRequest {
  CycleRequest();
  ImageName name;
  bool list = false;                 // read the listing, if nobody else did meanwhile
  bool list_anyway = false;          // with list: whatever the stored deadline says
  bool all = false;                  // ask for every tag, whatever its deadline (with list)
  Time all_since{};                  // with all: except those that were asked for since
  std::vector<std::uint64_t> items;  // due tags, by item of their keys
  bool more = false;                 // others are due too, for the next cycle
  bool recount = false;              // the state's counts are not those of the records
  std::vector<std::string> tags;     // asked for by name, whatever their deadlines
  Blame suspended_by = Blame::none;  // what ended the cycle before this one
  std::uint32_t suspended = 0;       // how many in a row
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
  bool unfinished = false;     // it left off before its end, for others or for a stop: what is left is due
  bool adopted = false;        // another refresher listed it meanwhile: the schedule is to be read anew
  std::uint32_t listings = 0;  // requests for pages of tags
  TagCounters counters;
  std::uint32_t added = 0, moved = 0, removed = 0, same = 0, failed = 0;
  std::uint64_t written = 0;  // records of tags and facts
  std::uint64_t write_failures = 0;
  bool write_uncertain = false;  // of a listing: an answer that failed does not say what was stored
  // The error of the last tag that failed by its own fault, for whoever asked for one tag.
  std::optional<Error> tag_error;
  // Nothing more of this repository before then; epoch: no hold.
  Time hold_until{};
  Blame suspended_by = Blame::none;  // none: the cycle came to its end, or left off by itself
  std::uint32_t suspended = 0;       // in a row
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

// Whom one cycle asks, and when it leaves off. What is referred to must outlive it.
struct CycleRun {
  CycleRun(Client& client_in, Urgency urgency_in, HostHealth& health_in, std::stop_token stop_in)
      : client(client_in), urgency(urgency_in), health(health_in), stop(std::move(stop_in)) {}
  Client& client;
  Urgency urgency;         // of `client`
  Client* rest = nullptr;  // Urgency::soon: for the tags after the first kFirstTags; null: `client`
  HostHealth& health;      // of the repository's host
  std::stop_token stop;
  // Called as tags are done: how many, of how many. May be empty.
  std::function<void(std::size_t done, std::size_t total)> progress;
  // Asked before each tag from the kSlice-th on: true where others wait for their turn. May be empty.
  std::function<bool()> yields;
  // Asked at the end, where this cycle met another: true where that one took it on to count the tags. May be empty.
  std::function<bool()> leaves_count;
  // All tags of one cycle wait for each other's facts.
  Urgency facts_urgency() const { return rest == nullptr ? urgency : Urgency::soon; }
};

class Cycle {
 public:
  Cycle(const CycleParts& parts, const CycleOptions& options, CycleRequest request, CycleRun run);
  Cycle(const Cycle&) = delete;
  Cycle& operator=(const Cycle&) = delete;

  http::Task<CycleReport> Run();
  // Nothing more is asked for or written: another refresher has the repository.
  void Abandon();
  // Another cycle of the same repository runs beside this one: they may ask for the same tags.
  void Meet() { met_ = true; }
  // Takes it on to count the tags at its end; false where that has come.
  bool TakeCount();
  // Tags, so far.
  std::size_t asked() const { return asked_; }

 private:
  // A tag that may be asked for. There may be 50,000 of them.
  struct Planned {
    std::string tag;
    Time deadline{};        // epoch: it has no record yet
    bool forced = false;    // whatever its deadline
    bool gone = false;      // asked because the listings lack it
    bool returned = false;  // in the listing again
    bool again = false;     // asked before in this cycle, and the host failed
  };
  // One that is asked for.
  struct Work {
    explicit Work(Planned from) : planned(std::move(from)) {}
    Planned planned;
    std::optional<ImageRecord> had;  // read just before
    std::uint64_t round = 0;         // of the host's health, when it began
  };
  // A tag that failed by the host's fault, or its own: what the host answers to others will tell.
  struct Suspect {
    Suspect(Work work_in, TagOutcome outcome_in) : work(std::move(work_in)), outcome(std::move(outcome_in)) {}
    Work work;
    TagOutcome outcome;
    std::uint64_t answers = 0;  // of the host, when it failed
  };

  http::Task<void> ReadState();
  http::Task<void> Recount();
  http::Task<void> ListTags();
  // In cycle_listing.cc.
  http::Task<void> TakeListing(std::vector<std::string> listed, TagsSummary summary);
  http::Task<std::vector<std::string>> FindGone(std::vector<std::string> gone);
  // With what the listing says that was not published before.
  http::Task<void> Publish(std::vector<std::string> published, bool same, std::vector<Event> news);
  std::vector<Event> NewsOf(const std::vector<std::string>& published, const std::vector<TagHead>& heads,
                            std::uint32_t tags_before) const;
  // `kept`: published although the listing lacks them.
  void Plan(const std::vector<std::string>& kept, const std::vector<TagHead>& heads);
  http::Task<void> RemoveGone();

  // In cycle_items.cc.
  http::Task<void> PlanItems();
  void PlanItem(std::size_t index, const std::optional<ImageRecord>& record);
  void PlanUnknown();
  void GiveBackItems(std::size_t from);

  http::Task<void> AskAll();
  // The next of what is planned; with `again_only` only what is asked again, which comes first.
  std::vector<Planned> TakePlanned(bool again_only);
  bool AsksAgain() const { return !planned_.empty() && planned_.back().again; }
  http::Task<void> AskChunk(std::vector<Planned> chunk);
  bool Asks(const Work& work, Time now) const;
  http::Task<void> AskOne(Work work, TagCheck& check);
  void StillDue(const std::string& tag, Time deadline);
  // In cycle_blame.cc.
  void Judge(Work work, TagOutcome outcome);
  void HostFailed(Suspect suspect);
  void AskAgain(Suspect suspect);
  void AskOldSuspectsAgain();
  void AskSuspectsAgain();
  void Charge(Suspect suspect);
  void Excuse(Suspect suspect);
  void JudgeSuspects();
  void ListingFailed(FetchError error, std::uint64_t round);
  void Suspend(const FetchError& error);
  void Broken(Error error, const char* what);
  void SetHold(Time now);
  // In cycle_notes.cc.
  void Note(const Work& work, TagOutcome& outcome);
  void NoteWritten(const Work& work, TagOutcome& outcome);
  void Remove(const std::string& tag, const std::optional<ImageRecord>& had);
  void Count(std::optional<EntryStatus> before, std::optional<EntryStatus> after);
  http::Task<void> Finish();
  // What it means for the repository as a whole.
  std::vector<Event> NoteOutcomeInState(Time now);
  http::Task<void> WriteFinalState(std::vector<Event> outcome, Time now);
  http::Task<void> RenewInOutage(Time now);
  void RenewFacts();
  // Nothing more is to be asked for; where it only leaves off for others, what is to be asked again still is.
  bool Ended() const { return run_.stop.stop_requested() || suspended_; }
  bool Stopped() const { return Ended() || yielded_; }

  CycleParts parts_;
  const CycleOptions& options_;
  CycleRequest request_;
  CycleRun run_;
  std::string canonical_;
  Telling telling_;
  BatchWriter writer_;
  TagCheck check_;
  std::optional<TagCheck> rest_check_;
  Window window_;
  CycleReport report_;
  RepositoryRecord& state_;        // report_.state
  std::vector<std::string> tags_;  // of the listing as published
  std::uint32_t missing_blocks_ = 0;
  Time blocks_expiry_{};
  std::vector<Planned> planned_;  // last first
  std::vector<std::uint64_t> unknown_items_;
  CountChange change_;  // since the counts in the store were read or written
  std::optional<RepositoryCounts> recounted_;
  bool met_ = false;
  bool owes_count_ = false;
  bool ending_ = false;  // its last write is on its way
  std::size_t total_ = 0;
  std::size_t done_ = 0;
  std::size_t asked_ = 0;
  std::deque<Suspect> suspects_;  // oldest first
  std::uint64_t answers_before_ = 0;
  bool was_well_ = false;   // the host, when this cycle began
  bool suspended_ = false;  // nothing more can be asked now
  bool yielded_ = false;    // others wait
  bool abandoned_ = false;
  bool read_state_ = false;  // whatever the store had of the state is in state_
  bool listed_now_ = false;
  bool answered_ = false;                // for a tag
  std::vector<std::string> removed_;     // since the listing was published
  std::vector<std::string> dropped_;     // gone from this listing, and nothing was known of them
  std::vector<std::string> to_confirm_;  // gone from the listings; asked for now
  std::vector<std::string> unsampled_;   // gone too, but the sample decides
  std::size_t confirmed_ = 0;            // of the sample
};

}  // namespace larder::refresh
