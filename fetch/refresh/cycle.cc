#include "refresh/cycle.h"

#include <algorithm>
#include <utility>

#include "larder/refresh_rules.h"

namespace larder::refresh {
namespace {

// Records read at once before their tags are asked for: bounds what a repository of any size holds in memory.
constexpr std::size_t kChunk = 256;

}  // namespace

CycleOptions::CycleOptions() : teller(NewTeller()) {}
CycleRequest::CycleRequest() = default;
CycleReport::CycleReport() = default;

Cycle::Cycle(const CycleParts& parts, const CycleOptions& options, CycleRequest request, CycleRun run)
    : parts_(parts),
      options_(options),
      request_(std::move(request)),
      run_(std::move(run)),
      canonical_(request_.name.Canonical()),
      telling_(options.on_event, options.teller),
      writer_(parts.executor, parts.store, parts.timers, options.log, telling_, [this] { return state_; }),
      check_(run_.client, parts.facts, parts.timers, options.check, run_.facts_urgency()),
      window_(std::max<std::size_t>(1, options.in_flight)),
      state_(report_.state) {
  state_.name = request_.name;
  answers_before_ = run_.health.answers();
  was_well_ = run_.health.well();
  if (run_.rest != nullptr)
    rest_check_.emplace(*run_.rest, parts.facts, parts.timers, options.check, run_.facts_urgency());
}

http::Task<CycleReport> Cycle::Run() {
  co_await ReadState();
  if (!Stopped() && request_.list) co_await ListTags();
  if (!Stopped() && request_.recount && !listed_now_ && missing_blocks_ == 0) co_await Recount();
  if (Stopped()) {
    const bool listing = request_.list && !listed_now_;
    const bool left = listing || !request_.items.empty() || !request_.tags.empty();
    if (left && run_.stop.stop_requested()) report_.unfinished = true;
    GiveBackItems(0);
  } else {
    co_await PlanItems();
  }
  co_await AskAll();
  JudgeSuspects();
  co_await RemoveGone();
  co_await Finish();
  co_return std::move(report_);
}

void Cycle::Abandon() {
  abandoned_ = suspended_ = true;
  writer_.Discard();
}

http::Task<void> Cycle::ReadState() {
  const Time now = parts_.timers.Now();
  std::function<Result<StoredRepository>(Store&)> work = [name = canonical_, now](Store& store) {
    return ReadStoredRepository(store, name, now);
  };
  auto stored = co_await OnStore<Result<StoredRepository>>(parts_.executor, parts_.store, std::move(work));
  if (!stored.has_value()) {
    Broken(std::move(stored).error(), "reading the store");
    co_return;
  }
  read_state_ = true;
  report_.has_state = stored->state.has_value();
  if (report_.has_state) {
    state_ = std::move(*stored->state);
    state_.name = request_.name;
    telling_.TellLeft(state_, now, parts_.store.Traits().shared);
    if (!telling_.told().empty()) writer_.NoteTold();
  }
  tags_ = std::move(stored->tags);
  missing_blocks_ = stored->missing_blocks;
  blocks_expiry_ = stored->blocks_expiry;
  // Another refresher may have listed it since this cycle was planned.
  if (request_.list && !request_.list_anyway && report_.has_state && missing_blocks_ == 0 &&
      ListingDue(state_, options_.list_interval, now) > now) {
    request_.list = false;
    report_.adopted = true;
  }
}

http::Task<void> Cycle::Recount() {
  std::function<Result<std::vector<TagHead>>(Store&)> work = [name = canonical_, &tags = tags_,
                                                              now = parts_.timers.Now()](Store& store) {
    return ReadTagHeads(store, name, tags, now);
  };
  auto heads = co_await OnStore<Result<std::vector<TagHead>>>(parts_.executor, parts_.store, std::move(work));
  if (heads.has_value()) recounted_ = CountHeads(*heads);
}

http::Task<void> Cycle::AskAll() {
  std::reverse(planned_.begin(), planned_.end());
  total_ = planned_.size();
  do {
    while (!planned_.empty() && !Stopped()) {
      std::vector<Planned> chunk = TakePlanned(false);
      co_await AskChunk(std::move(chunk));
    }
    co_await window_.Idle();
    if (!Ended()) AskSuspectsAgain();
    // Also where others get their turn: else what fails in each turn would never be charged.
    while (AsksAgain() && !Ended()) {
      std::vector<Planned> again = TakePlanned(true);
      co_await AskChunk(std::move(again));
      co_await window_.Idle();
    }
  } while (!planned_.empty() && !Stopped());
  if (!planned_.empty()) report_.unfinished = true;
  for (const auto& left : planned_) StillDue(left.tag, left.deadline);
  std::vector<Planned>().swap(planned_);
}

// One without a record is due now.
void Cycle::StillDue(const std::string& tag, Time deadline) {
  const Time now = parts_.timers.Now();
  const Time when = deadline == Time{} ? now : SaneDeadline(deadline, now);
  report_.dues.push_back(TagDueAt(Key::Image(canonical_, tag).item(), when));
}

std::vector<Cycle::Planned> Cycle::TakePlanned(bool again_only) {
  std::vector<Planned> chunk;
  if (!again_only) chunk.reserve(std::min(kChunk, planned_.size()));
  while (chunk.size() < kChunk && (again_only ? AsksAgain() : !planned_.empty())) {
    chunk.push_back(std::move(planned_.back()));
    planned_.pop_back();
  }
  return chunk;
}

http::Task<void> Cycle::AskChunk(std::vector<Planned> chunk) {
  std::vector<Key> keys;
  for (const auto& one : chunk) keys.push_back(Key::Image(canonical_, one.tag));
  const Time now = parts_.timers.Now();
  using Records = Result<std::vector<std::optional<ImageRecord>>>;
  std::function<Records(Store&)> work = [name = canonical_, keys, now](Store& store) {
    return ReadImageRecords(store, name, keys, now);
  };
  Records records = co_await OnStore<Records>(parts_.executor, parts_.store, std::move(work));
  if (!records.has_value()) {
    Broken(std::move(records).error(), "reading the store");
    for (const auto& left : chunk) StillDue(left.tag, left.deadline);
    co_return;
  }
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    Work one(std::move(chunk[i]));
    one.had = std::move((*records)[i]);
    if (one.had.has_value()) one.planned.deadline = one.had->deadline;
    if (!Asks(one, now)) {
      StillDue(one.planned.tag, one.planned.deadline);
      ++done_;
      continue;
    }
    if (one.planned.returned && one.had.has_value()) one.had->gone_since = Time{};
    co_await window_.Enter();
    const bool again = one.planned.again;
    if (!Stopped() && !again && asked_ >= kSlice && run_.yields && run_.yields()) yielded_ = true;
    if (again ? Ended() : Stopped()) {
      report_.unfinished = true;
      window_.Leave();
      StillDue(one.planned.tag, one.planned.deadline);
      for (++i; i < chunk.size(); ++i) StillDue(chunk[i].tag, chunk[i].deadline);
      co_return;
    }
    TagCheck& check = rest_check_.has_value() && asked_ >= kFirstTags ? *rest_check_ : check_;
    ++asked_;
    http::Spawn(AskOne(std::move(one), check), [this] { window_.Leave(); });
  }
}

// Another refresher may have asked since this cycle was planned: its deadline is adopted.
bool Cycle::Asks(const Work& work, Time now) const {
  const Planned& planned = work.planned;
  if (!work.had.has_value() || planned.gone || planned.returned) return true;
  const Time last = work.had->info.last_fetched;
  const bool asked_since = request_.all && last > request_.all_since && last <= now;
  if (planned.forced && !asked_since) return true;
  if (request_.list_anyway && work.had->status == EntryStatus::pending) return true;
  return GoesAlong(SaneDeadline(work.had->deadline, now), now);
}

http::Task<void> Cycle::AskOne(Work work, TagCheck& check) {
  const bool counted = options_.counts_pulls && options_.counts_pulls(request_.name);
  ImageRef ref(request_.name, work.planned.tag);
  std::optional<ImageRecord> had = work.had;
  work.round = run_.health.round();
  TagOutcome outcome = co_await check.Ask(std::move(ref), std::move(had), counted, run_.stop);
  Judge(std::move(work), std::move(outcome));
}

}  // namespace larder::refresh
