#include "refresh/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "larder/tag_schedule.h"

namespace larder::refresh {
namespace {

constexpr auto kAny = [](std::string_view) { return true; };
Time At(std::int64_t seconds) { return Time{std::chrono::seconds(seconds)}; }
TagDue Tag(std::uint64_t item, std::int64_t seconds) {
  TagDue due;
  due.item = item;
  due.due_ms = seconds * 1000;
  return due;
}

TEST(Schedule, NothingDueGivesNothing) {
  Schedule schedule;
  EXPECT_FALSE(schedule.Take(At(1000), kAny).has_value());
  schedule.Put("a", At(1000), {Tag(1, 2000)});
  EXPECT_FALSE(schedule.Take(At(999), kAny).has_value());
  EXPECT_EQ(schedule.NextAfter(At(999)), At(1000));
}

TEST(Schedule, ADueListingComesWithTheTagsThatAreDueAndThoseThatGoAlong) {
  Schedule schedule;
  schedule.Put("a", At(1000), {Tag(1, 900), Tag(2, 1050), Tag(3, 1061)});
  const auto due = schedule.Take(At(1000), kAny);
  ASSERT_TRUE(due.has_value());
  EXPECT_TRUE(due->list);
  EXPECT_EQ(due->items, (std::vector<std::uint64_t>{1, 2}));
}

TEST(Schedule, ADueTagIsNotListedFor) {
  Schedule schedule;
  schedule.Put("a", At(5000), {Tag(1, 900)});
  const auto due = schedule.Take(At(1000), kAny);
  ASSERT_TRUE(due.has_value());
  EXPECT_FALSE(due->list);
  EXPECT_EQ(due->items, (std::vector<std::uint64_t>{1}));
}

TEST(Schedule, ABusyRepositoryIsNotGivenAgainBeforeItsRelease) {
  Schedule schedule;
  schedule.Put("a", At(1), {});
  EXPECT_TRUE(schedule.Take(At(10), kAny).has_value());
  EXPECT_FALSE(schedule.Take(At(10), kAny).has_value());
  schedule.Release("a");
  EXPECT_TRUE(schedule.Take(At(10), kAny).has_value());
}

TEST(Schedule, TheOneDueLongestComesFirstAndAnotherWhereItMayNotStart) {
  Schedule schedule;
  schedule.Put("late", At(300), {});
  schedule.Put("early", At(100), {});
  const auto not_early = [](std::string_view name) { return name != "early"; };
  EXPECT_EQ(schedule.Take(At(1000), not_early)->name, "late");
  EXPECT_EQ(schedule.Take(At(1000), kAny)->name, "early");
}

TEST(Schedule, AHoldKeepsARepositoryBack) {
  Schedule schedule;
  schedule.Put("a", At(1), {Tag(1, 1)});
  schedule.HoldUntil("a", At(500));
  EXPECT_FALSE(schedule.Take(At(499), kAny).has_value());
  EXPECT_EQ(schedule.NextAfter(At(0)), At(500));
  EXPECT_TRUE(schedule.Take(At(500), kAny).has_value());
}

TEST(Schedule, AForgottenRepositoryIsGoneAndItsPlaceIsUsedAgain) {
  Schedule schedule;
  schedule.Put("a", At(1), {Tag(1, 1)});
  schedule.Forget("a");
  EXPECT_FALSE(schedule.Take(At(10), kAny).has_value());
  schedule.Put("b", At(1), {});
  EXPECT_EQ(schedule.repositories(), 1U);
  EXPECT_EQ(schedule.tags(), 0U);
}

TEST(Schedule, ChoresComeOnceEachInTheirOrderAndAllAtOnceAfterAClockThatWasAhead) {
  Schedule schedule;
  std::string done;
  const Time begin = Time{} + std::chrono::hours(1'000);
  const auto add = [&](int minutes, char name) {
    return schedule.AddChore(begin + std::chrono::minutes(minutes), [&done, name] { done += name; });
  };
  const auto take = [&](int minutes) {
    while (const auto chore = schedule.TakeChore(begin + std::chrono::minutes(minutes))) (*chore)();
  };
  EXPECT_EQ(schedule.NextChore(), std::nullopt);
  add(3, 'c');
  add(1, 'a');
  const auto dropped = add(2, 'b');
  EXPECT_EQ(schedule.NextChore(), begin + std::chrono::minutes(1));
  schedule.DropChore(dropped);
  take(0);
  EXPECT_EQ(done, "");
  take(2);
  EXPECT_EQ(done, "a");
  EXPECT_EQ(schedule.NextChore(), begin + std::chrono::minutes(3));
  add(4, 'd');
  schedule.HurryChores(begin - std::chrono::hours(24));
  take(-24 * 60);
  EXPECT_EQ(done, "acd");
  EXPECT_EQ(schedule.NextChore(), std::nullopt);
  EXPECT_EQ(schedule.repositories(), 0U);
}

TEST(Schedule, NeedsAtMost24BytesATag) {
  Schedule schedule;
  constexpr std::size_t kTags = 1'000'000;
  for (int repository = 0; repository < 1000; ++repository) {
    std::vector<TagDue> tags;
    for (std::size_t i = 0; i < kTags / 1000; ++i) tags.push_back(Tag(i, static_cast<std::int64_t>(i)));
    schedule.Put("index.docker.io/library/repository-" + std::to_string(repository), At(1), std::move(tags));
  }
  EXPECT_EQ(schedule.tags(), kTags);
  EXPECT_LE(schedule.bytes(), 24 * kTags);
}

TEST(Schedule, OneTurnTakesABoundedNumberOfTagsTheFirstOnesFirst) {
  Schedule schedule;
  std::vector<TagDue> tags;
  for (std::uint64_t i = 0; i < 2 * Schedule::kMaxTaken + 1; ++i) tags.push_back(Tag(i, static_cast<std::int64_t>(i)));
  schedule.Put("a", At(1'000'000), tags);
  std::vector<std::uint64_t> taken;
  for (const bool more : {true, true, false}) {
    const auto due = schedule.Take(At(500'000), kAny);
    ASSERT_TRUE(due.has_value());
    EXPECT_EQ(due->more, more);
    taken.insert(taken.end(), due->items.begin(), due->items.end());
    schedule.Release("a");
  }
  EXPECT_EQ(taken.size(), tags.size());
  EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end()));
  EXPECT_FALSE(schedule.Take(At(500'000), kAny).has_value());
}

// What the schedule is to be, as plainly as it can be said: nothing is ordered, everything is looked at each time.
class Model {
 public:
  struct Repository {
    std::int64_t list = 0, hold = 0;
    std::multimap<std::uint64_t, std::int64_t> tags;  // a tag may be there more than once
    bool busy = false;
    std::int64_t due() const {
      auto first = list;
      for (const auto& [item, at] : tags) first = std::min(first, at);
      return std::max(first, hold);
    }
  };

  void Put(const std::string& name, std::int64_t list, const std::vector<TagDue>& tags) {
    Repository& repository = all[name];  // its hold and whether it is busy stay
    repository.list = list;
    repository.tags.clear();
    for (const auto& tag : tags) repository.tags.emplace(tag.item, tag.due_ms / 1000);
  }
  std::optional<std::int64_t> FirstDue(std::int64_t now, char refused) const {
    std::optional<std::int64_t> first;
    for (const auto& [name, one] : all) {
      if (one.busy || one.due() > now || name[0] == refused) continue;
      first = std::min(one.due(), first.value_or(one.due()));
    }
    return first;
  }
  std::optional<std::int64_t> NextAfter(std::int64_t now) const {
    std::optional<std::int64_t> next;
    for (const auto& [name, one] : all) {
      if (!one.busy && one.due() > now) next = std::min(one.due(), next.value_or(one.due()));
    }
    return next;
  }
  std::size_t CountDue(std::int64_t now) const {
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const auto& entry) { return !entry.second.busy && entry.second.due() <= now; }));
  }
  // Sorted.
  std::vector<std::uint64_t> TakeTags(const std::string& name, std::int64_t now) {
    Repository& repository = all.at(name);
    std::vector<std::uint64_t> taken;
    std::erase_if(repository.tags, [&](const auto& tag) {
      const bool along = tag.second <= now + kGoAlong / std::chrono::seconds(1);
      if (along) taken.push_back(tag.first);
      return along;
    });
    repository.busy = true;
    return taken;
  }

  std::map<std::string, Repository> all;
};

class ScheduleHistory {
 public:
  explicit ScheduleHistory(unsigned seed) : random_(seed) {}

  void Run(int steps) {
    for (int step = 0; step < steps && !::testing::Test::HasFatalFailure(); ++step) {
      Change();
      Compare();
    }
  }

 private:
  std::int64_t Below(unsigned limit) { return static_cast<std::int64_t>(random_() % limit); }

  void Change() {
    const std::string name(1, static_cast<char>('a' + random_() % 6));
    const auto when = now_ + Below(600);
    const auto found = model_.all.find(name);
    const bool there = found != model_.all.end();
    switch (random_() % 9) {
      case 0: {
        std::vector<TagDue> tags;
        for (unsigned i = 0; i < random_() % 5; ++i) tags.push_back(Tag(++item_, when + i * 30));
        model_.Put(name, when, tags);
        schedule_.Put(name, At(when), tags);
        break;
      }
      case 1:
        model_.all.erase(name);
        schedule_.Forget(name);
        break;
      case 2:
        if (there) found->second.list = when;
        schedule_.SetListDue(name, At(when));
        break;
      case 3:
        if (there) found->second.hold = when;
        schedule_.HoldUntil(name, At(when));
        break;
      case 4: {
        // A new tag, or another time for one that is there.
        const TagDue tag = Tag(random_() % 2 == 0 ? ++item_ : item_, when);
        if (there) found->second.tags.emplace(tag.item, when);
        schedule_.AddTags(name, std::vector<TagDue>{tag});
        break;
      }
      case 5:
        if (there) found->second.busy = false;
        schedule_.Release(name);
        break;
      case 6:
        now_ -= Below(3) == 0 ? Below(1000) : 0;  // a clock that is set back
        break;
      default:
        now_ += Below(100);
        break;
    }
  }

  void Compare() {
    ASSERT_EQ(schedule_.repositories(), model_.all.size());
    ASSERT_EQ(schedule_.DueAt(At(now_)).first, model_.CountDue(now_));
    ASSERT_EQ(schedule_.IsAnyDue(At(now_)), model_.CountDue(now_) > 0);
    const auto next = model_.NextAfter(now_);
    ASSERT_EQ(schedule_.NextAfter(At(now_)), next.has_value() ? std::optional(At(*next)) : std::nullopt);
    // One of them may not start now.
    const char refused = static_cast<char>('a' + random_() % 12);
    const auto may_start = [refused](std::string_view name) { return name[0] != refused; };
    const auto expected = model_.FirstDue(now_, refused);
    const auto due = schedule_.Take(At(now_), may_start);
    ASSERT_EQ(due.has_value(), expected.has_value());
    if (!due.has_value()) return;
    const Model::Repository& taken = model_.all.at(due->name);
    ASSERT_FALSE(taken.busy);
    ASSERT_NE(due->name[0], refused);
    ASSERT_EQ(taken.due(), *expected);
    ASSERT_EQ(due->list, taken.list <= now_);
    std::vector<std::uint64_t> items = due->items;
    std::sort(items.begin(), items.end());
    ASSERT_EQ(items, model_.TakeTags(due->name, now_));
  }

  std::mt19937 random_;
  Schedule schedule_;
  Model model_;
  std::int64_t now_ = 1'000'000;
  std::uint64_t item_ = 0;
};

// At every step the schedule gives just what the model says is due.
TEST(Schedule, AgreesWithAPlainModelOverRandomHistories) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    ScheduleHistory(seed).Run(400);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace larder::refresh
