// The part of a cycle that reads a listing, publishes it, and finds what to ask for.
#include <algorithm>
#include <iterator>
#include <utility>

#include "larder/refresh_rules.h"
#include "refresh/ask.h"
#include "refresh/changes.h"
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

}  // namespace

http::Task<void> Cycle::ListTags() {
  Tags listed;
  Client::OnPage page = [&listed](TagPage tags) {
    std::move(tags.tags.begin(), tags.tags.end(), std::back_inserter(listed));
  };
  std::uint64_t round = run_.health.round();
  FetchResult<TagsSummary> result = co_await AskTags(run_.client, page, run_.stop);
  // Of a host that answered before it may be the connection that has died: asked once more, by another one.
  if (!result.has_value() && was_well_ && FailedByHost(result.error()) && result.error().http_status == 0) {
    ++report_.listings;
    run_.health.Failed(round);
    listed.clear();
    round = run_.health.round();
    result = co_await AskTags(run_.client, std::move(page), run_.stop);
  }
  if (!result.has_value()) {
    if (WasSent(result.error())) ++report_.listings;
    ListingFailed(std::move(result).error(), round);
    co_return;
  }
  run_.health.Answered();
  report_.listings += std::max<std::uint32_t>(1, result->pages);
  std::sort(listed.begin(), listed.end());
  listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
  TagsSummary summary = *result;
  co_await TakeListing(std::move(listed), summary);
}

http::Task<void> Cycle::TakeListing(Tags listed, TagsSummary summary) {
  const Time now = parts_.timers.Now();
  const bool first = state_.generation == 0;
  const std::uint32_t tags_before = state_.counts.tags;
  state_.last_listed = now;
  state_.pages = summary.pages;
  state_.skipped = summary.skipped;
  state_.failures = 0;
  state_.deadline = NextListing(ListInterval(summary.pages, options_.list_interval), canonical_, now);
  state_.expiry = ExpiryFrom(now, options_.check.retention);
  Tags gone = Difference(tags_, listed);
  const Tags kept = co_await FindGone(std::move(gone));
  // A copy only where there is a difference: there may be 50,000 tags.
  Tags published = kept.empty() ? std::move(listed) : Union(listed, kept);

  std::function<Result<std::vector<TagHead>>(Store&)> work = [name = canonical_, &published, now](Store& store) {
    return ReadTagHeads(store, name, published, now);
  };
  auto heads = co_await OnStore<Result<std::vector<TagHead>>>(parts_.executor, parts_.store, std::move(work));
  if (!heads.has_value()) {
    Broken(std::move(heads).error(), "reading the store");
    co_return;
  }
  state_.counts = CountHeads(*heads);
  const bool same = !first && published == tags_ && missing_blocks_ == 0 &&
                    !NeedsRenewal(blocks_expiry_, now, options_.check.retention);
  std::vector<Event> news = NewsOf(published, *heads, tags_before);
  co_await Publish(std::move(published), same, std::move(news));
  if (abandoned_ || (Stopped() && report_.error.has_value())) co_return;
  listed_now_ = true;
  report_.whole = true;
  Plan(kept, *heads);
}

// Of a block that the store lost, the tags that have a record are known by it. Where those are not all that the block
// had, it cannot be told which of the others are new: then the repository is told, not a storm of its tags.
std::vector<Event> Cycle::NewsOf(const Tags& published, const std::vector<TagHead>& heads,
                                 std::uint32_t tags_before) const {
  std::vector<Event> news;
  if (!telling_.on()) return news;
  const Time now = parts_.timers.Now();
  const std::string size = std::to_string(published.size()) + " tags";
  if (state_.generation == 0) {
    news.push_back(MakeEvent(EventKind::repository_listed, now, request_.name, "", size));
    return news;
  }
  for (const auto& tag : dropped_) news.push_back(MakeEvent(EventKind::tag_removed, now, request_.name, tag, ""));
  std::size_t remembered = 0;
  for (std::size_t i = 0; i < published.size(); ++i) {
    if (std::binary_search(tags_.begin(), tags_.end(), published[i])) continue;
    if (missing_blocks_ > 0 && heads[i].present) {
      ++remembered;
    } else {
      news.push_back(MakeEvent(EventKind::tag_added, now, request_.name, published[i], ""));
    }
  }
  if (missing_blocks_ == 0 || tags_.size() + remembered == tags_before) return news;
  news.clear();
  news.push_back(MakeEvent(EventKind::repository_listed, now, request_.name, "",
                           size + "; which of them are new is not known: the store had lost a part of the list"));
  return news;
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
    if (!record.has_value()) {  // never asked for, or lost: it leaves with the listing
      dropped_.push_back(gone[i]);
      ++report_.removed;
      continue;
    }
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

http::Task<void> Cycle::Publish(Tags published, bool same, std::vector<Event> news) {
  if (abandoned_) co_return;
  const Time now = parts_.timers.Now();
  const Time expiry = ExpiryFrom(now, options_.check.retention);
  std::function<StateWrite(Store&)> work = [state = state_, change = std::exchange(change_, CountChange()),
                                            recounted = std::exchange(recounted_, std::nullopt), counted = !listed_now_,
                                            met = met_, name = canonical_, &published, same, expiry, now, &news,
                                            told = telling_.told(), teller = options_.teller](Store& store) {
    const RepositoryRecord current = CurrentState(store, state);
    StateWrite write(state);
    if (!counted) {
      write.state.counts = change.On(recounted.value_or(current.counts));
      // As at the end of a cycle, of the listing that is to be.
      if (met) {
        const auto heads = ReadTagHeads(store, name, published, now);
        if (heads.has_value()) write.state.counts = CountHeads(*heads);
      }
    }
    write.state.untold = current.untold;
    RemoveNotes(write.state, told);
    write.noted = NoteUntold(write.state, std::move(news), teller);
    write.result =
        same ? WriteState(store, write.state, now) : WriteListing(store, write.state, published, expiry, now);
    return write;
  };
  StateWrite write = co_await OnStore<StateWrite>(parts_.executor, parts_.store, std::move(work));
  if (!write.result.has_value()) {
    report_.write_uncertain = true;
    Broken(std::move(write.result).error(), "writing the listing");
    co_return;
  }
  const bool noted = !write.noted.notes.empty();
  telling_.Tell(std::move(write.noted));
  if (noted) writer_.NoteTold();
  state_ = std::move(write.state);
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
    const bool waits = request_.list_anyway && head.status == EntryStatus::pending;  // for a budget; somebody asks
    const bool asks = !head.present || one.forced || one.gone || one.returned || waits ||
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
  if (removed_.empty() || abandoned_) co_return;
  std::sort(removed_.begin(), removed_.end());
  Tags rest = Difference(tags_, removed_);
  removed_.clear();
  co_await writer_.Drain();
  if (writer_.failed() > 0) {
    // Which records are left is not known. All tags stay in the listing; a later one removes them, and tells it.
    co_await Recount();
    if (recounted_.has_value()) change_ = CountChange();
    co_return;
  }
  std::vector<Event> removals = telling_.TakeRemovals();
  co_await Publish(std::move(rest), false, std::move(removals));
}

}  // namespace larder::refresh
