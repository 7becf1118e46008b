// The end of a cycle: what is left is written, and the state says how it went.
#include <algorithm>
#include <utility>

#include "larder/manifest_record.h"
#include "larder/refresh_rules.h"
#include "refresh/changes.h"
#include "refresh/cycle.h"

namespace larder::refresh {

std::vector<Event> Cycle::NoteOutcomeInState(Time now) {
  std::vector<Event> outcome;
  const bool troubled = state_.trouble != Trouble::none;
  if (report_.error.has_value()) {
    if (report_.error->error.code == Errc::cancelled) return outcome;
    state_.last_error = report_.error->error.ToString();
    state_.last_error_at = now;
    // A limit suspends and fails nothing; the store's faults are not the repository's.
    if (report_.error->blame == Blame::limit || report_.error->blame == Blame::none) return outcome;
    if (request_.list && !listed_now_) {
      state_.trouble = Trouble::listing;
    } else if (!troubled || listed_now_) {
      state_.trouble = Trouble::tags;
    }
    if (!troubled) {
      outcome.push_back(MakeEvent(EventKind::repository_failed, now, request_.name, "", state_.last_error));
    }
    return outcome;
  }
  if (run_.stop.stop_requested()) return outcome;
  // Tags that answer say nothing of a listing that does not.
  if (!listed_now_ && (state_.trouble == Trouble::listing || !answered_)) return outcome;
  state_.last_error.clear();
  state_.trouble = Trouble::none;
  if (troubled) outcome.push_back(MakeEvent(EventKind::repository_recovered, now, request_.name, "", ""));
  return outcome;
}

// What is in use and cannot be asked for does not expire.
http::Task<void> Cycle::RenewInOutage(Time now) {
  if (abandoned_ || listed_now_ || !report_.error.has_value() || !report_.has_state) co_return;
  if (!NeedsRenewal(blocks_expiry_, now, options_.check.retention)) co_return;
  std::function<Result<void>(Store&)> work = [state = state_, tags = tags_,
                                              expiry = ExpiryFrom(now, options_.check.retention), now](Store& store) {
    return RenewRepository(store, state, tags, expiry, now);
  };
  Result<void> renewed = co_await OnStore<Result<void>>(parts_.executor, parts_.store, std::move(work));
  if (!renewed.has_value()) ++report_.write_failures;
}

http::Task<void> Cycle::Finish() {
  RenewFacts();
  co_await writer_.Drain();
  report_.written = writer_.written();
  report_.write_failures = writer_.failed();
  const Time now = parts_.timers.Now();
  std::vector<Event> outcome = NoteOutcomeInState(now);
  SetHold(now);
  co_await RenewInOutage(now);
  const bool noted = !telling_.told().empty();
  if (read_state_ && !abandoned_ && (report_.has_state || request_.list || report_.added > 0 || noted)) {
    state_.expiry = ExpiryFrom(now, options_.check.retention);
    co_await WriteFinalState(std::move(outcome), now);
  }
  report_.completeness = CompletenessOf(state_.generation != 0, state_.counts);
  if (missing_blocks_ > 0 && report_.completeness == Completeness::complete) {
    report_.completeness = Completeness::partial;
  }
}

bool Cycle::TakeCount() {
  if (ending_ || abandoned_) return false;
  owes_count_ = true;
  return true;
}

http::Task<void> Cycle::WriteFinalState(std::vector<Event> outcome, Time now) {
  ending_ = true;
  // What others changed beside this cycle may be the same tags: then what is stored is counted, by the last of them.
  const bool wrote = report_.written > 0 || report_.write_failures > 0;
  const bool clashes = met_ && (listed_now_ || wrote || owes_count_);
  const bool counts = clashes && !(run_.leaves_count && run_.leaves_count());
  std::function<StateWrite(Store&)> work =
      [state = state_, change = change_, recounted = recounted_, counts, name = canonical_, list = request_.list, now,
       &outcome, told = telling_.told(), teller = options_.teller, tells = telling_.on()](Store& store) {
        const RepositoryRecord current = CurrentState(store, state);
        StateWrite write(list ? state : current);
        RepositoryRecord& next = write.state;
        next.last_error = state.last_error;
        next.last_error_at = state.last_error_at;
        next.failures = state.failures;
        next.trouble = state.trouble;
        next.deadline = state.deadline;
        next.expiry = state.expiry;
        next.counts = change.On(recounted.value_or(current.counts));
        if (counts) next.counts = CountStored(store, name, now).value_or(next.counts);
        next.untold = current.untold;
        RemoveNotes(next, told);
        if (tells) write.noted = NoteUntold(next, std::move(outcome), teller);
        write.result = WriteState(store, next, now);
        return write;
      };
  StateWrite write = co_await OnStore<StateWrite>(parts_.executor, parts_.store, std::move(work));
  if (!write.result.has_value()) {
    ++report_.write_failures;
    if (options_.log) {
      options_.log(LogLevel::error,
                   canonical_ + ": its state could not be written: " + write.result.error().ToString());
    }
    co_return;
  }
  state_ = std::move(write.state);
  report_.has_state = true;
  if (write.noted.notes.empty()) co_return;
  std::vector<std::string> told = write.noted.notes;
  telling_.Tell(std::move(write.noted));
  RemoveNotes(state_, told);
  std::function<Result<void>(Store&)> forget = [state = state_, told, now](Store& store) {
    RepositoryRecord next = CurrentState(store, state);
    RemoveNotes(next, told);
    return WriteState(store, next, now);
  };
  // Where this fails the event is told again after a restart.
  Result<void> forgotten = co_await OnStore<Result<void>>(parts_.executor, parts_.store, std::move(forget));
  if (!forgotten.has_value()) ++report_.write_failures;
}

void Cycle::RenewFacts() {
  const Time expiry = parts_.timers.Now() + kManifestRetention;
  for (const auto& facts : parts_.facts.TakeAging()) {
    auto record = BuildManifestRecord(facts, expiry);
    if (record.has_value()) writer_.Put(Key::Manifest(facts.digest), std::move(*record));
  }
}

}  // namespace larder::refresh
