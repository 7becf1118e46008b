#include "refresh/schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

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

// Against a plain model: at every step the schedule gives just what the model says is due.
TEST(Schedule, AgreesWithAPlainModelOverRandomHistories) {
  struct Plain {
    std::int64_t list = 0, hold = 0;
    std::map<std::uint64_t, std::int64_t> tags;
    bool busy = false;
  };
  std::mt19937 random(7);
  for (int history = 0; history < 50; ++history) {
    Schedule schedule;
    std::map<std::string, Plain> model;
    std::int64_t now = 1000;
    std::uint64_t next_item = 1;
    for (int step = 0; step < 400; ++step) {
      const std::string name(1, static_cast<char>('a' + random() % 6));
      const auto when = now + static_cast<std::int64_t>(random() % 600);
      switch (random() % 7) {
        case 0: {
          Plain plain;
          plain.list = when;
          plain.hold = model.contains(name) ? model[name].hold : 0;
          plain.busy = model.contains(name) && model[name].busy;
          std::vector<TagDue> tags;
          for (unsigned i = 0; i < random() % 5; ++i) {
            plain.tags[next_item] = when + i * 30;
            tags.push_back(Tag(next_item++, when + i * 30));
          }
          model[name] = plain;
          schedule.Put(name, At(when), tags);
          break;
        }
        case 1:
          model.erase(name);
          schedule.Forget(name);
          break;
        case 2:
          if (model.contains(name)) model[name].list = when;
          schedule.SetListDue(name, At(when));
          break;
        case 3:
          if (model.contains(name)) model[name].hold = when;
          schedule.HoldUntil(name, At(when));
          break;
        case 4: {
          const TagDue tag = Tag(next_item++, when);
          if (model.contains(name)) model[name].tags[tag.item] = when;
          schedule.AddTags(name, std::vector<TagDue>{tag});
          break;
        }
        case 5:
          if (model.contains(name)) model[name].busy = false;
          schedule.Release(name);
          break;
        default:
          now += static_cast<std::int64_t>(random() % 100);
          break;
      }
      const auto due_at = [](const Plain& plain) {
        auto due = plain.list;
        for (const auto& [item, at] : plain.tags) due = std::min(due, at);
        return std::max(due, plain.hold);
      };
      std::optional<std::int64_t> expected;
      for (const auto& [key, plain] : model) {
        if (!plain.busy && due_at(plain) <= now && (!expected || due_at(plain) < *expected)) expected = due_at(plain);
      }
      const auto due = schedule.Take(At(now), kAny);
      ASSERT_EQ(due.has_value(), expected.has_value());
      if (!due.has_value()) continue;
      Plain& plain = model.at(due->name);
      ASSERT_EQ(due_at(plain), *expected);
      ASSERT_EQ(due->list, plain.list <= now);
      std::vector<std::uint64_t> items = due->items;
      std::sort(items.begin(), items.end());
      std::vector<std::uint64_t> expected_items;
      for (const auto& [item, at] : plain.tags) {
        if (at <= now + kGoAlong / std::chrono::seconds(1)) expected_items.push_back(item);
      }
      ASSERT_EQ(items, expected_items);
      for (const auto item : items) plain.tags.erase(item);
      plain.busy = true;
    }
  }
}

}  // namespace
}  // namespace larder::refresh
