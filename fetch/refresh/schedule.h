// What is due when: repositories ordered by the sooner of their next listing and their earliest tag, and the chores
// beside them. Pure: it has no clock, no store and no network. With nothing due, nothing is touched.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "larder/time.h"

namespace larder::refresh {

// One tag's next check; 16 bytes. `item` is the last 8 bytes of the tag's key (larder/key.h).
struct TagDue {
  std::uint64_t item = 0;
  std::int64_t due_ms = 0;
};

inline TagDue TagDueAt(std::uint64_t item, Time when) {
  TagDue due;
  due.item = item;
  due.due_ms = when.time_since_epoch().count();
  return due;
}

class Schedule {
 public:
  // Adds a repository, or replaces all that is known of it. Its hold is kept.
  void Put(std::string_view name, Time list_due, std::vector<TagDue> tags);
  void Forget(std::string_view name);
  bool Has(std::string_view name) const;

  void SetListDue(std::string_view name, Time list_due);
  // A tag may be there more than once: what comes first is checked, and the record then says whether it was really due.
  void AddTags(std::string_view name, std::span<const TagDue> tags);
  // Nothing of this repository is due before `until` (a ban, a back-off).
  void HoldUntil(std::string_view name, Time until);
  // What fell due at `since` was not done, whatever is tried next and when (a ban, an outage); nullopt: it was.
  void NoteUnmet(std::string_view name, std::optional<Time> since);

  struct Due {
    std::string name;
    bool list = false;
    std::vector<std::uint64_t> items;
    bool more = false;  // tags are due beyond kMaxTaken
    Time since{};       // when it fell due
  };
  // Bounds what one cycle holds in memory.
  static constexpr std::size_t kMaxTaken = 4096;
  // The repository that is due longest and that `may_start` allows; it is then busy, and not given again before
  // Release. Its due tags are taken out, the first ones first: AddTags gives them back with their next time.
  std::optional<Due> Take(Time now, const std::function<bool(std::string_view)>& may_start);
  void Release(std::string_view name);

  // What is due beside the repositories: the list of images, a collection, a sample for metrics, what was learned of
  // hosts and is to be stored. TakeChore gives one that is due, the first one first, to be called.
  std::uint64_t AddChore(Time due, std::function<void()> chore);
  void DropChore(std::uint64_t id);
  std::optional<std::function<void()>> TakeChore(Time now);
  std::optional<Time> NextChore() const;
  // Makes all of them due at `now`, in their order: their times were those of another clock.
  void HurryChores(Time now);

  // When the first repository that is not busy falls due after `time`; nullopt with none. Those that are due at `time`
  // are for Take.
  std::optional<Time> NextAfter(Time time) const;
  // Repositories that are due at `now`, not held and not busy; and since when what is due longest is due, held or not.
  std::pair<std::size_t, std::optional<Time>> DueAt(Time now) const;
  bool IsAnyDue(Time now) const { return !order_.empty() && order_.begin()->first <= now; }
  std::size_t repositories() const { return index_.size(); }
  std::size_t tags() const;
  // Heap and vectors, as allocated.
  std::size_t bytes() const;
  std::vector<std::string> Names() const;

 private:
  struct Repository {
    std::string name;
    Time list_due{};
    Time hold{};
    std::optional<Time> unmet;
    std::vector<TagDue> tags;  // a heap, earliest first
    bool busy = false;
  };
  using Order = std::set<std::pair<Time, std::uint32_t>>;

  static Time SoonestOf(const Repository& repository);  // of its listing and its tags
  static Time NextOf(const Repository& repository);
  static Time DueOf(const Repository& repository);  // before any hold
  Repository* Find(std::string_view name);
  // Changes a repository and keeps its place in the order right.
  template <class Fn>
  void Change(std::string_view name, Fn change);

  std::vector<Repository> repositories_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string, std::uint32_t> index_;
  Order order_;  // of those that are not busy
  std::map<std::pair<Time, std::uint64_t>, std::function<void()>> chores_;
  std::uint64_t last_chore_ = 0;
};

}  // namespace larder::refresh
