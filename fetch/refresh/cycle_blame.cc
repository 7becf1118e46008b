// Who is to blame for what failed, and what that means for the rest of the cycle.
#include <algorithm>
#include <utility>

#include "larder/refresh_rules.h"
#include "refresh/cycle.h"

namespace larder::refresh {
namespace {

// True where nothing more can be asked of the repository now.
bool EndsCycle(Blame blame) { return blame == Blame::host || blame == Blame::limit || blame == Blame::credential; }

bool IsAnswer(const FetchError& error) {
  return error.blame == Blame::tag || (error.blame != Blame::host && error.http_status != 0);
}

}  // namespace

void Cycle::Judge(Work work, TagOutcome outcome) {
  report_.counters.heads += outcome.counters.heads;
  report_.counters.manifest_gets += outcome.counters.manifest_gets;
  report_.counters.blob_gets += outcome.counters.blob_gets;
  ++done_;
  if (run_.progress) run_.progress(done_, total_);
  if (outcome.error.has_value() && FailedByHost(*outcome.error)) {
    HostFailed(Suspect(std::move(work), std::move(outcome)));
    return;
  }
  const bool well = !outcome.error.has_value() || outcome.error->blame == Blame::tag || outcome.pulls_held;
  if (well || IsAnswer(*outcome.error)) {
    run_.health.Answered();
    AskOldSuspectsAgain();
  }
  if (well) {
    answered_ = true;
  } else {
    Suspend(*outcome.error);
  }
  if (outcome.pulls_held) report_.tag_error = outcome.error->error;
  Note(work, outcome);
}

// One failure may be the tag's own, the host's, or that of a connection, which takes along whatever is on it. Three in
// a row are the host's. A tag that has failed before, while others were answered, says nothing of the host.
void Cycle::HostFailed(Suspect suspect) {
  const bool failed_before = suspect.work.had.has_value() && suspect.work.had->failures > 0;
  if (failed_before && !run_.health.silent()) {
    Charge(std::move(suspect));
    return;
  }
  if (!failed_before) run_.health.Failed(suspect.work.round);
  const FetchError error = *suspect.outcome.error;
  suspect.answers = run_.health.answers();
  suspects_.push_back(std::move(suspect));
  if (!run_.health.silent()) return;
  Suspend(error);
  for (auto& one : std::exchange(suspects_, {})) Excuse(std::move(one));
}

void Cycle::AskAgain(Suspect suspect) {
  suspect.work.planned.again = true;
  planned_.push_back(std::move(suspect.work.planned));
  ++total_;
}

// The host answered that many others since; fewer may have been on their way when it died. Each suspect is asked once
// more: what fails again failed by its own fault.
void Cycle::AskOldSuspectsAgain() {
  while (!suspects_.empty() && run_.health.answers() - suspects_.front().answers >= options_.in_flight) {
    Suspect suspect = std::move(suspects_.front());
    suspects_.pop_front();
    if (suspect.work.planned.again) {
      Charge(std::move(suspect));
    } else {
      AskAgain(std::move(suspect));
    }
  }
}

// When all others were asked, of a host that is there as far as is known.
void Cycle::AskSuspectsAgain() {
  if (run_.health.silent() || (!was_well_ && run_.health.answers() == answers_before_)) return;
  for (auto& suspect : std::exchange(suspects_, {})) {
    if (suspect.work.planned.again) {
      suspects_.push_back(std::move(suspect));
    } else {
      AskAgain(std::move(suspect));
    }
  }
}

void Cycle::Charge(Suspect suspect) {
  check_.Charge(suspect.outcome, suspect.work.had);
  Note(suspect.work, suspect.outcome);
}

// It stays as due as it was. Where nothing else keeps it back, it is asked again when a host would be.
void Cycle::Excuse(Suspect suspect) {
  if (!suspended_) suspect.outcome.due = parts_.timers.Now() + kHostBackoff.first;
  report_.tag_error = suspect.outcome.error->error;
  Note(suspect.work, suspect.outcome);
}

// At the end of the cycle, of those that are left.
void Cycle::JudgeSuspects() {
  const bool host = suspended_ && report_.error.has_value() && report_.error->blame == Blame::host;
  const bool is_there = !host && !run_.health.silent() && run_.health.answers() > answers_before_;
  for (auto& suspect : std::exchange(suspects_, {})) {
    if (is_there && suspect.work.planned.again) {
      Charge(std::move(suspect));
    } else {
      Excuse(std::move(suspect));
    }
  }
}

void Cycle::Suspend(const FetchError& error) {
  if (error.error.code == Errc::cancelled) report_.unfinished = true;
  const bool ends = EndsCycle(error.blame);
  if (!report_.error.has_value() || (ends && !suspended_)) report_.error = error;
  suspended_ = suspended_ || ends;
}

// The store does not answer: nobody is to blame, and the rest is tried again soon.
void Cycle::Broken(Error error, const char* what) {
  FetchError failed;
  failed.error = std::move(error).WithContext(what);
  report_.error = std::move(failed);
  report_.hold_until = parts_.timers.Now() + kRetryBroken;
  if (request_.list && !listed_now_) state_.deadline = report_.hold_until;
  suspended_ = true;
}

void Cycle::ListingFailed(FetchError error, std::uint64_t round) {
  const Time now = parts_.timers.Now();
  switch (error.blame) {
    case Blame::credential:
      ++state_.failures;
      state_.deadline = NextTry(kCredentialBackoff, state_.failures, canonical_, now);
      break;
    case Blame::repository:
    case Blame::tag:
      ++state_.failures;
      state_.deadline = NextTry(kRepositoryBackoff, state_.failures, canonical_, now);
      break;
    case Blame::host:
    case Blame::limit:
    case Blame::none:
      if (error.error.code != Errc::cancelled) {
        ++state_.failures;
        state_.deadline = error.error.retry_at.value_or(NextTry(kHostBackoff, state_.failures, canonical_, now));
      }
      break;
  }
  if (error.error.code == Errc::cancelled) report_.unfinished = true;
  if (IsAnswer(error)) run_.health.Answered();
  // After one failure of the host, what is due is asked for all the same.
  const bool passing = FailedByHost(error);
  if (passing) run_.health.Failed(round);
  suspended_ = !passing || run_.health.silent();
  report_.error = std::move(error);
}

// After what ended the cycle: when the rest may be asked for. What is denied is counted over cycles, also where their
// listings are answered.
void Cycle::SetHold(Time now) {
  if (!suspended_ || !report_.error.has_value() || !EndsCycle(report_.error->blame)) return;
  report_.suspended_by = report_.error->blame;
  const bool again = request_.suspended_by == report_.suspended_by;
  report_.suspended = again ? request_.suspended + 1 : 1;
  const Backoff& backoff = report_.error->blame == Blame::credential ? kCredentialBackoff : kHostBackoff;
  report_.hold_until = report_.error->error.retry_at.value_or(NextTry(backoff, report_.suspended, canonical_, now));
  // Where it is only the listing, tags that are due are asked soon, and show that the host is there.
  if (request_.list && !listed_now_ && FailedByHost(*report_.error)) {
    report_.hold_until = std::min(report_.hold_until, now + kHostBackoff.first);
  }
}

}  // namespace larder::refresh
