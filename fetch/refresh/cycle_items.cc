// The tags that a cycle is told are due, by the items of their keys.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "refresh/cycle.h"

namespace larder::refresh {
namespace {

// Records read at once.
constexpr std::size_t kItemsAtOnce = 256;

}  // namespace

// Those that have a record are read again before they are asked for.
http::Task<void> Cycle::PlanItems() {
  if (request_.items.empty() && request_.tags.empty()) co_return;
  // Who asked for one tag may have made it due twice.
  std::unordered_set<std::uint64_t> seen;
  std::erase_if(request_.items, [&seen](std::uint64_t item) { return !seen.insert(item).second; });
  std::vector<Key> keys;
  for (const auto item : request_.items) keys.push_back(Key::ImageItem(canonical_, item));
  for (const auto& tag : request_.tags) keys.push_back(Key::Image(canonical_, tag));
  const Time now = parts_.timers.Now();
  using Records = Result<std::vector<std::optional<ImageRecord>>>;
  for (std::size_t from = 0; from < keys.size(); from += kItemsAtOnce) {
    const std::size_t count = std::min(kItemsAtOnce, keys.size() - from);
    std::vector<Key> chunk(keys.begin() + static_cast<std::ptrdiff_t>(from),
                           keys.begin() + static_cast<std::ptrdiff_t>(from + count));
    std::function<Records(Store&)> work = [name = canonical_, chunk, now](Store& store) {
      return ReadImageRecords(store, name, chunk, now);
    };
    Records records = co_await OnStore<Records>(parts_.executor, parts_.store, std::move(work));
    if (!records.has_value()) {
      Broken(std::move(records).error(), "reading the store");
      GiveBackItems(from);
      co_return;
    }
    for (std::size_t i = 0; i < count; ++i) PlanItem(from + i, (*records)[i]);
  }
  PlanUnknown();
}

void Cycle::PlanItem(std::size_t index, const std::optional<ImageRecord>& record) {
  Planned one;
  one.forced = index >= request_.items.size();
  if (record.has_value()) one.deadline = record->deadline;
  if (one.forced) {
    one.tag = request_.tags[index - request_.items.size()];
  } else if (record.has_value()) {
    one.tag = record->info.id.tag();
    // The whole listing planned it already, where it was read.
    if (listed_now_ && std::binary_search(tags_.begin(), tags_.end(), one.tag)) return;
  } else {
    if (!listed_now_) unknown_items_.push_back(request_.items[index]);
    return;
  }
  planned_.push_back(std::move(one));
}

// Without a record only the listing says which tag it is: one that was not asked for yet, or whose record was evicted.
void Cycle::PlanUnknown() {
  if (unknown_items_.empty()) return;
  std::sort(unknown_items_.begin(), unknown_items_.end());
  for (const auto& tag : tags_) {
    const std::uint64_t item = Key::Image(canonical_, tag).item();
    if (!std::binary_search(unknown_items_.begin(), unknown_items_.end(), item)) continue;
    Planned one;
    one.tag = tag;
    planned_.push_back(std::move(one));
  }
}

void Cycle::GiveBackItems(std::size_t from) {
  const Time now = parts_.timers.Now();
  for (std::size_t i = from; i < request_.items.size(); ++i) report_.dues.push_back(TagDueAt(request_.items[i], now));
}

}  // namespace larder::refresh
