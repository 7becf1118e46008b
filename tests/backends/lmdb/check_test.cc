// Flipped bits anywhere in the file: found, or without effect; and a check beside a writing process.
#include "larder/lmdb_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include "backends/lmdb/lmdb_fixture.h"
#include "larder/record.h"
#include "larder/scan.h"
#include "support/child.h"

namespace larder {
namespace {

using Contents = std::map<Key, std::vector<std::byte>>;

class LmdbCheckTest : public LmdbTest {
 protected:
  std::filesystem::path data() const { return path() / "data.mdb"; }

  // Some 1,200 records, a few on pages of their own, and free pages.
  void Fill() {
    auto store = Open(Options());
    for (int i = 0; i < 1'200; i += 100) ASSERT_EQ(WriteAll(*store, Images(i, 100)), std::nullopt);
    ASSERT_EQ(WriteAll(*store, Images(2'000, 8, kMaxRecordBytes - kRecordHeaderBytes)), std::nullopt);
    WriteBatch removals;
    for (int i = 0; i < 300; ++i) removals.Remove(ImageKey(i));
    ASSERT_EQ(WriteAll(*store, removals), std::nullopt);
    ASSERT_EQ(WriteAll(*store, Images(3'000, 30)), std::nullopt);
  }

  // Through LMDB itself: by scan, and each by its key.
  std::optional<Contents> ReadByLmdb() const {
    auto store = OpenLmdbStore(ReadOnly());
    if (!store.has_value()) return std::nullopt;
    Contents contents;
    const auto scanned = ScanStore(**store, {}, [&](const Key& key, std::span<const std::byte> record) {
      contents[key].assign(record.begin(), record.end());
      return ScanAction::go_on;
    });
    if (!scanned.has_value()) return std::nullopt;
    RecordBuf buffer;
    for (const auto& [key, record] : contents) {
      if (!(*store)->Get(key, buffer).has_value() || !std::ranges::equal(buffer.bytes(), record)) return std::nullopt;
    }
    return contents;
  }

  // 'F' a fault in the structure, 'B' a broken record, 'E' not even opened, 'C' nothing found.
  char Verdict() const {
    std::uint64_t broken = 0;
    const auto checked = CheckLmdbFile(path(), [&](const Key& key, std::span<const std::byte> record) {
      if (!VerifyRecord(key, record).has_value()) ++broken;
    });
    if (!checked.has_value()) return 'E';
    if (checked->faults > 0) return 'F';
    return broken > 0 ? 'B' : 'C';
  }
};

TEST_F(LmdbCheckTest, AWholeStoreIsWholeAndEveryRecordIsSeen) {
  Fill();
  const auto contents = ReadByLmdb();
  ASSERT_TRUE(contents.has_value());
  Contents seen;
  const auto checked = CheckLmdbFile(path(), [&](const Key& key, std::span<const std::byte> record) {
    EXPECT_TRUE(VerifyRecord(key, record).has_value());
    seen[key].assign(record.begin(), record.end());
  });
  ASSERT_TRUE(checked.has_value()) << checked.error().ToString();
  EXPECT_EQ(checked->faults, 0U) << checked->texts.front();
  EXPECT_TRUE(checked->one_moment);
  EXPECT_EQ(checked->records, contents->size() + 1);
  EXPECT_EQ(seen.erase(Key::Marker()), 1U) << "which a Reader does not show";
  EXPECT_TRUE(seen == *contents);
}

TEST_F(LmdbCheckTest, AnEmptyStoreAndNoStore) {
  EXPECT_EQ(CheckLmdbFile(path(), [](const Key&, std::span<const std::byte>) {}).error().code, Errc::not_found);
  Open(Options());
  const auto checked = CheckLmdbFile(path(), [](const Key&, std::span<const std::byte>) {});
  ASSERT_TRUE(checked.has_value()) << checked.error().ToString();
  EXPECT_EQ(checked->records, 1U);  // the marker
  EXPECT_EQ(checked->faults, 0U);
}

// Each flip is tried in a child, which LMDB may take down when it opens the file. Of a file in which nothing is found
// LMDB itself must read every record as it was.
TEST_F(LmdbCheckTest, AFlippedBitIsFoundOrChangesNothing) {
  Fill();
  const auto contents = ReadByLmdb();
  ASSERT_TRUE(contents.has_value());
  const auto whole = CheckLmdbFile(path(), [](const Key&, std::span<const std::byte>) {});
  ASSERT_TRUE(whole.has_value());
  const std::uint64_t bytes =
      std::min(std::filesystem::file_size(data()), (whole->pages + 40) * 4096);  // the used part
  std::mt19937_64 random(7);
  std::vector<std::uint64_t> bits;
  for (int i = 0; i < Knob("LARDER_FLIPS", 90); ++i) bits.push_back(random() % (bytes * 8));
  // Where a page says what it is and where its entries lie, and the two first pages.
  for (int i = 0; i < Knob("LARDER_FLIPS", 90); ++i) {
    bits.push_back(random() % (bytes / 4096) * 4096 * 8 + random() % (64 * 8));
  }
  for (std::uint64_t bit = 16 * 8; bit < 152 * 8; bit += 11) bits.push_back(bit + (bit / 11 % 2) * 4096 * 8);
  std::map<char, int> verdicts;
  for (std::size_t next = 0; next < bits.size();) {
    Child child([&](const Parent& parent) {
      const int file = ::open(data().c_str(), O_RDWR);
      for (std::size_t i = next; i < bits.size(); ++i) {
        unsigned char byte = 0;
        const auto at = static_cast<off_t>(bits[i] / 8);
        if (::pread(file, &byte, 1, at) != 1) return 1;
        const auto flipped = static_cast<unsigned char>(byte ^ 1U << bits[i] % 8);
        if (::pwrite(file, &flipped, 1, at) != 1) return 1;
        const char verdict = Verdict();
        if (!parent.Say(verdict)) return 1;
        if (verdict == 'C' && !parent.Say(ReadByLmdb() == contents ? '=' : '!')) return 1;
        if (::pwrite(file, &byte, 1, at) != 1) return 1;
      }
      return 0;
    });
    for (char said = child.Hear(); said != '\0'; said = child.Hear()) {
      ++verdicts[said];
      if (said == 'C') {
        const char then = child.Hear();
        EXPECT_EQ(then, '=') << "called whole, and it is not: bit " << bits[next] << " of byte " << bits[next] / 8;
        if (then == '\0') break;
      }
      ++next;
    }
    if (child.Wait() == 0) break;
    // It ended while it looked at bits[next]: the command tells that as damage. Put the bit back.
    ++verdicts['X'];
    std::fstream file(data(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(bits[next] / 8));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(bits[next] / 8));
    file.put(static_cast<char>(byte ^ 1 << bits[next] % 8));
    file.close();
    ASSERT_LT(verdicts['X'], 20) << "bit " << bits[next];
    ++next;
  }
  for (const auto& [verdict, count] : verdicts) RecordProperty(std::string("verdict_") + verdict, count);
  EXPECT_GT(verdicts['F'], 20);
  EXPECT_GT(verdicts['B'], 20);
  EXPECT_EQ(ReadByLmdb(), contents) << "the test put every bit back";
}

TEST_F(LmdbCheckTest, BesideAProcessThatWritesNothingIsDamaged) {
  Child child([this](const Parent& parent) {
    auto store = OpenLmdbStore(Options());
    if (!store.has_value()) return 1;
    std::mt19937 random(3);
    for (int i = 0; parent.Say('.') && i < 100'000; ++i) {
      const int first = static_cast<int>(random() % 5'000);
      if (WriteAll(**store, Images(first, 40, 8 * (1 + random() % 60)))) return 2;
      WriteBatch removals;
      for (int k = 0; k < 20; ++k) removals.Remove(ImageKey(static_cast<int>(random() % 5'000)));
      if (WriteAll(**store, removals)) return 3;
    }
    return 0;
  });
  std::uint64_t records = 0;
  for (int round = 0; round < 25; ++round) {
    for (int i = 0; i < 2; ++i) ASSERT_EQ(child.Hear(), '.') << child.Wait();
    const auto checked = CheckLmdbFile(path(), [&](const Key& key, std::span<const std::byte> record) {
      ++records;
      EXPECT_TRUE(VerifyRecord(key, record).has_value());
    });
    ASSERT_TRUE(checked.has_value()) << checked.error().ToString();
    EXPECT_EQ(checked->faults, 0U) << checked->texts.front();
  }
  EXPECT_GT(records, 0U);
}

}  // namespace
}  // namespace larder
