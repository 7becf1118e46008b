// The part of a cycle that reads a listing, publishes it, and finds what to ask for.
#include <algorithm>
#include <iterator>
#include <utility>

#include "larder/refresh_rules.h"
#include "refresh/ask.h"
#include "refresh/cycle.h"

namespace larder::refresh {
namespace {

using Tags = std::vector<std::string>;

Tags Difference(const Tags& from, const Tags& without) {
  Tags rest;
  std::set_difference(from.begin(), from.end(), without.begin(), without.end(), std::back_inserter(rest));
  return rest;
}

Tags Union(const Tags& a, const Tags& b) {
  Tags all;
  all.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return all;
}

RepositoryCounts CountHeads(const std::vector<TagHead>& heads) {
  RepositoryCounts counts;
  counts.tags = static_cast<std::uint32_t>(heads.size());
  for (const auto& head : heads) {
    if (!head.present || head.status == EntryStatus::pending) {
      ++counts.pending;
    } else if (head.status == EntryStatus::failed) {
      ++counts.failing;
    } else {
      ++counts.known;
    }
  }
  return counts;
}

}  // namespace

http::Task<void> Cycle::ListTags() {
  Tags listed;
  Client::OnPage page = [&listed](TagPage tags) {
    std::move(tags.tags.begin(), tags.tags.end(), std::back_inserter(listed));
  };
  FetchResult<TagsSummary> result = co_await AskTags(client_, std::move(page), stop_);
  if (!result.has_value()) {
    if (WasSent(result.error())) ++report_.listings;
    ListingFailed(std::move(result).error());
    co_return;
  }
  report_.listings += std::max<std::uint32_t>(1, result->pages);
  std::sort(listed.begin(), listed.end());
  listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
  TagsSummary summary = *result;
  co_await TakeListing(std::move(listed), summary);
}

http::Task<void> Cycle::TakeListing(Tags listed, TagsSummary summary) {
  const Time now = parts_.timers.Now();
  const bool first = state_.generation == 0;
  state_.last_listed = now;
  state_.pages = summary.pages;
  state_.skipped = summary.skipped;
  state_.failures = 0;
  state_.deadline = NextListing(ListInterval(summary.pages, options_.list_interval), canonical_, now);
  state_.expiry = ExpiryFrom(now, options_.check.retention);
  const std::size_t size = listed.size();
  const Tags added = first ? Tags() : Difference(listed, tags_);
  Tags gone = Difference(tags_, listed);
  const Tags kept = co_await FindGone(std::move(gone));
  // A copy only where there is a difference: there may be 50,000 tags.
  Tags published = kept.empty() ? std::move(listed) : Union(listed, kept);

  std::function<Result<std::vector<TagHead>>(Store&)> work = [name = canonical_, &published, now](Store& store) {
    return ReadTagHeads(store, name, published, now);
  };
  auto heads = co_await OnStore<Result<std::vector<TagHead>>>(parts_.executor, parts_.store, std::move(work));
  if (!heads.has_value()) {
    FetchError error;
    error.error = std::move(heads).error().WithContext("reading the store");
    report_.error = std::move(error);
    co_return;
  }
  state_.counts = CountHeads(*heads);
  const bool same = !first && published == tags_ && missing_blocks_ == 0 &&
                    !NeedsRenewal(blocks_expiry_, now, options_.check.retention);
  co_await Publish(std::move(published), same);
  if (report_.error.has_value()) co_return;
  listed_now_ = true;
  report_.whole = true;
  if (first) {
    Tell(EventKind::repository_listed, "", {}, {}, std::to_string(size) + " tags");
  } else {
    for (const auto& tag : added) Tell(EventKind::tag_added, tag, {}, {}, "");
  }
  Plan(kept, *heads);
}

// Of the tags that the listing lacks: notes since when, and picks those to confirm. Returns those that stay published
// until they are confirmed.
http::Task<std::vector<std::string>> Cycle::FindGone(Tags gone) {
  Tags kept;
  if (gone.empty()) co_return kept;
  const Time now = parts_.timers.Now();
  std::vector<Key> keys;
  for (const auto& tag : gone) keys.push_back(Key::Image(canonical_, tag));
  using Records = Result<std::vector<std::optional<ImageRecord>>>;
  std::function<Records(Store&)> work = [name = canonical_, &keys, now](Store& store) {
    return ReadImageRecords(store, name, keys, now);
  };
  Records records = co_await OnStore<Records>(parts_.executor, parts_.store, std::move(work));
  if (!records.has_value()) co_return gone;  // nothing is decided without the records
  Tags to_confirm;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    auto& record = (*records)[i];
    if (!record.has_value()) continue;  // never asked for, or dropped: it leaves with the listing
    const Absence absence = AfterListing(false, record->gone_since, record->info.last_fetched, now);
    if (absence.gone_since != record->gone_since) {
      record->gone_since = absence.gone_since;
      auto bytes = BuildImageRecord(*record);
      if (bytes.has_value()) writer_.Put(keys[i], std::move(*bytes));
    }
    if (absence.confirm) to_confirm.push_back(gone[i]);
    kept.push_back(std::move(gone[i]));
  }
  if (to_confirm.size() > kMaxConfirmations) {
    const auto sample = TagsToConfirm(to_confirm.size(), canonical_, now);
    for (const auto index : sample) to_confirm_.push_back(to_confirm[index]);
    unsampled_ = Difference(to_confirm, to_confirm_);
  } else {
    to_confirm_ = std::move(to_confirm);
  }
  co_return kept;
}

http::Task<void> Cycle::Publish(Tags published, bool same) {
  const Time now = parts_.timers.Now();
  const Time expiry = ExpiryFrom(now, options_.check.retention);
  using Written = Result<RepositoryRecord>;
  std::function<Written(Store&)> work = [state = state_, change = std::exchange(change_, CountChange()),
                                         counted = !listed_now_, &published, same, expiry,
                                         now](Store& store) -> Written {
    RepositoryRecord next = state;
    if (!counted) next.counts = change.On(CurrentState(store, state).counts);
    auto written = same ? WriteState(store, next, now) : WriteListing(store, next, published, expiry, now);
    if (!written.has_value()) return std::unexpected<Error>(std::move(written).error());
    return next;
  };
  Written written = co_await OnStore<Written>(parts_.executor, parts_.store, std::move(work));
  if (!written.has_value()) {
    FetchError error;
    error.error = std::move(written).error().WithContext("writing the listing");
    report_.error = std::move(error);
    co_return;
  }
  state_ = std::move(*written);
  tags_ = std::move(published);
  missing_blocks_ = 0;
}

void Cycle::Plan(const Tags& kept, const std::vector<TagHead>& heads) {
  const Time now = parts_.timers.Now();
  report_.dues.reserve(tags_.size());
  if (request_.all || state_.counts.pending == state_.counts.tags) planned_.reserve(tags_.size());
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    const TagHead& head = heads[i];
    Planned one;
    one.deadline = head.deadline;
    one.forced = request_.all;
    one.gone = std::binary_search(to_confirm_.begin(), to_confirm_.end(), tags_[i]);
    one.returned = head.unlisted && !std::binary_search(kept.begin(), kept.end(), tags_[i]);
    const bool asks = !head.present || one.forced || one.gone || one.returned || head.status == EntryStatus::pending ||
                      GoesAlong(SaneDeadline(head.deadline, now), now);
    one.tag = tags_[i];
    if (asks) {
      planned_.push_back(std::move(one));
    } else {
      StillDue(one.tag, one.deadline);
    }
  }
}

// What the sample says of the tags that were not asked for, and the listing without what was removed.
http::Task<void> Cycle::RemoveGone() {
  if (!unsampled_.empty() && !Stopped() && DecideSample(to_confirm_.size(), confirmed_) == SampleVerdict::all_gone) {
    for (const auto& tag : unsampled_) Remove(tag, std::nullopt);
  }
  if (removed_.empty()) co_return;
  std::sort(removed_.begin(), removed_.end());
  Tags rest = Difference(tags_, removed_);
  removed_.clear();
  co_await Publish(std::move(rest), false);
}

void Cycle::ListingFailed(FetchError error) {
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
  report_.error = std::move(error);
}

}  // namespace larder::refresh
