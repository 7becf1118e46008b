#include "table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "table_editor.h"

namespace larder::memory {
namespace {

Key NumberedKey(std::uint32_t i) { return Key::TagBlock("docker.io/library/nginx", 1, i); }

Entry NumberedEntry(std::uint32_t i, std::uint64_t value) {
  return MakeEntry(NumberedKey(i), std::as_bytes(std::span(&value, 1)));
}

std::uint64_t ValueOf(const Entry& entry) { return entry.words[0]; }

std::map<Key, std::uint64_t> Contents(const Table& table) {
  std::map<Key, std::uint64_t> contents;
  Key last;
  table.Visit(KeyRange::All(), [&](const Entry& entry) {
    EXPECT_LT(last, entry.key) << "out of order";
    last = entry.key;
    contents[entry.key] = ValueOf(entry);
    return ScanAction::go_on;
  });
  return contents;
}

TEST(Table, IsAMapWhateverIsDoneToIt) {
  std::mt19937 random(301);
  std::map<Key, std::uint64_t> model;
  auto table = std::make_shared<const Table>();
  for (int round = 0; round < 60; ++round) {
    TableEditor editor(*table);
    const bool grow = round / 15 % 2 == 0;  // it grows and shrinks by turns
    for (int i = 0; i < 300; ++i) {
      const std::uint32_t number = random() % 4000;
      if (random() % 10 < (grow ? 8u : 2u)) {
        model[NumberedKey(number)] = random();
        editor.Put(NumberedEntry(number, model[NumberedKey(number)]));
      } else {
        model.erase(NumberedKey(number));
        editor.Remove(NumberedKey(number));
      }
    }
    table = std::move(editor).Finish();
    ASSERT_EQ(Contents(*table), model);
    ASSERT_EQ(table->records(), model.size());
  }
  for (std::uint32_t i = 0; i < 4000; ++i) {
    const auto expected = model.find(NumberedKey(i));
    const Entry* found = table->Find(NumberedKey(i));
    ASSERT_EQ(found != nullptr, expected != model.end());
    if (found != nullptr) {
      EXPECT_EQ(ValueOf(*found), expected->second);
    }
  }
}

TEST(Table, AnOldTableDoesNotChangeAndSharesWhatIsTheSame) {
  TableEditor first(Table{});
  for (std::uint32_t i = 0; i < 2000; ++i) first.Put(NumberedEntry(i, 1));
  const auto old = std::move(first).Finish();
  TableEditor second(*old);
  second.Put(NumberedEntry(5, 2));
  second.Remove(NumberedKey(6));
  const auto next = std::move(second).Finish();
  EXPECT_EQ(ValueOf(*old->Find(NumberedKey(5))), 1u);
  EXPECT_NE(old->Find(NumberedKey(6)), nullptr);
  EXPECT_EQ(ValueOf(*next->Find(NumberedKey(5))), 2u);
  EXPECT_EQ(next->Find(NumberedKey(6)), nullptr);
  std::size_t shared = 0;
  for (std::size_t i = 0; i < old->leaves().size(); ++i) shared += old->leaves()[i] == next->leaves()[i] ? 1 : 0;
  EXPECT_EQ(shared, old->leaves().size() - 1);
}

TEST(Table, LeavesThatEmptyAreMergedOrDropped) {
  TableEditor first(Table{});
  for (std::uint32_t i = 0; i < 10'000; ++i) first.Put(NumberedEntry(i, 1));
  const auto full = std::move(first).Finish();
  TableEditor second(*full);
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    if (i % 20 != 0) second.Remove(NumberedKey(i));
  }
  const auto sparse = std::move(second).Finish();
  EXPECT_EQ(sparse->records(), 500u);
  EXPECT_LT(sparse->leaves().size(), full->leaves().size() / 4);
  TableEditor third(*sparse);
  for (std::uint32_t i = 0; i < 10'000; i += 20) third.Remove(NumberedKey(i));
  EXPECT_TRUE(std::move(third).Finish()->leaves().empty());
}

}  // namespace
}  // namespace larder::memory
