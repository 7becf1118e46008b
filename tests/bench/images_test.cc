// The images that benchmarks are made of, and which of them they ask for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "images/image_set.h"
#include "images/made_image.h"
#include "larder/image_view.h"
#include "larder/manifest_record.h"
#include "support/corpus.h"
#include "workloads/pick.h"

namespace larder::bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ImageSetTest, HasTheShapeOfOfficialImagesAndAsManyImagesAsWanted) {
  const auto one = ImageSet::OfficialLike(9849, 1);
  EXPECT_EQ(one.repositories(), 137u);
  std::uint64_t largest = 0;
  for (std::uint64_t i = 0; i < one.repositories(); ++i) {
    const auto range = one.ImagesOf(i);
    largest = std::max(largest, range.end - range.begin);
  }
  EXPECT_EQ(largest, 1120u);
  std::set<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < one.size(); ++i) numbers.insert(one.NumberOf(i));
  EXPECT_EQ(numbers.size(), 2220u);

  const auto more = ImageSet::OfficialLike(25'000, 1);
  EXPECT_EQ(more.ImagesOf(more.repositories() - 1).end, 25'000u);
  std::set<std::string> refs;
  std::uint64_t in_order = 0;
  for (std::uint64_t repository = 0; repository < more.repositories(); ++repository) {
    const auto range = more.ImagesOf(repository);
    const auto tags = more.TagsOf(repository);
    ASSERT_EQ(tags.size(), range.end - range.begin);
    ASSERT_TRUE(std::ranges::is_sorted(tags));
    for (std::uint64_t i = range.begin; i < range.end; ++i) {
      ASSERT_EQ(i, in_order++);
      const ImageRef ref = more.RefOf(i);
      ASSERT_EQ(ref.name(), more.NameOf(repository));
      ASSERT_EQ(ref.tag(), tags[i - range.begin]);
      refs.insert(ref.ToString());
    }
  }
  EXPECT_EQ(refs.size(), 25'000u);
}

TEST(MadeImageTest, IsForOneToTwelvePlatformsAsOfficialImagesAre) {
  std::map<std::size_t, int> counts;
  int windows = 0;
  constexpr int kImages = 5000;
  for (std::uint64_t number = 0; number < kImages; ++number) {
    const auto platforms = PlatformsOf(number);
    ++counts[platforms.count];
    windows += platforms.windows ? 1 : 0;
    EXPECT_TRUE(!platforms.windows || platforms.count == 1);
  }
  EXPECT_EQ(counts.begin()->first, 1u);
  EXPECT_GE(counts.rbegin()->first, 9u);
  EXPECT_LE(counts.rbegin()->first, 12u);
  EXPECT_NEAR(counts[1], kImages * 0.142, kImages * 0.03);
  EXPECT_NEAR(counts[2], kImages * 0.316, kImages * 0.03);
  EXPECT_NEAR(counts[8], kImages * 0.141, kImages * 0.03);
  EXPECT_NEAR(windows, 0.6 * counts[1], kImages * 0.02);
}

TEST(MadeImageTest, RecordsHoldThePlatformsAsARefresherWouldWriteThem) {
  const auto ref = ImageRef::Parse("ghcr.io/a/b:v1").value();
  for (const MadePlatforms platforms : {MadePlatforms{1, false}, MadePlatforms{1, true}, MadePlatforms{12, false}}) {
    const auto record = MadeRecord(ref, 8, 3, platforms);
    const auto facts = MadeFacts(8, 3, platforms);
    ASSERT_EQ(facts.size(), platforms.count == 1 ? 1u : 2u);
    EXPECT_EQ(facts.front().digest, record.info.digest);
    EXPECT_EQ(facts.back().digest, record.info.platform_digest);
    EXPECT_EQ(facts.back().platform, record.info.platform);
    EXPECT_EQ(facts.back().image_id, record.info.image_id);
    EXPECT_EQ(record.info.platform.os, platforms.windows ? "windows" : "linux");
    for (const auto& each : facts) {
      const auto bytes = BuildManifestRecord(each, kNow);
      ASSERT_TRUE(bytes.has_value()) << bytes.error().ToString();
      const auto read = ReadManifestRecord(each.digest, *bytes);
      ASSERT_TRUE(read.has_value()) << read.error().ToString();
      EXPECT_EQ(read->children, each.children);
      EXPECT_EQ(read->labels, each.labels);
    }
    if (platforms.count == 1) continue;
    EXPECT_NE(record.info.platform_digest, record.info.digest);
    std::set<std::string> children;
    for (const auto& child : facts.front().children) children.insert(child.digest.ToString());
    EXPECT_EQ(children.size(), platforms.count);
    EXPECT_TRUE(children.contains(record.info.platform_digest.ToString()));
  }
}

TEST(ImageSetTest, TellsWhatWasWrittenFromWhatWasNotInEveryField) {
  const auto set = ImageSet::OfficialLike(20'000, 1);
  for (const std::uint64_t image : {0u, 9'848u, 9'849u, 19'999u}) {
    auto record = set.RecordOf(image);
    for (int moves = 0; moves < 3; ++moves) {
      const auto bytes = BuildImageRecord(record);
      ASSERT_TRUE(bytes.has_value());
      RecordBuf buffer;
      buffer.Assign(*bytes);
      const auto view = ImageView::Make(KeyOf(record), std::move(buffer));
      ASSERT_TRUE(view.has_value());
      EXPECT_TRUE(set.Matches(image, view->ToRecord()));
      EXPECT_FALSE(set.Matches((image + 5000) % set.size(), view->ToRecord()));
      Renew(record);
      EXPECT_TRUE(set.Matches(image, record));
      const auto before = record.info.digest;
      record = set.NextOf(image, view->created());
      EXPECT_NE(record.info.digest, before);
    }
  }
  const std::function<void(ImageRecord&)> kChanges[] = {
      [](ImageRecord& r) { r.info.labels["maintainer"] = "somebody else"; },
      [](ImageRecord& r) { r.info.image_id += "0"; },
      [](ImageRecord& r) { r.info.platform.architecture = "arm64"; },
      [](ImageRecord& r) { r.info.platform_digest = DigestOf(1); },
      [](ImageRecord& r) { r.info.created_at = Timestamp(r.info.created_at.unix_seconds(), 1); },
      [](ImageRecord& r) { r.info.first_seen = Timestamp(); },
      [](ImageRecord& r) { r.info.last_fetched += std::chrono::seconds(1); },
      [](ImageRecord& r) { r.expiry += std::chrono::seconds(1); },
      [](ImageRecord& r) { r.failures = 1; },
      [](ImageRecord& r) { r.status = EntryStatus::excluded; },
  };
  for (const auto& change : kChanges) {
    auto record = set.RecordOf(5);
    change(record);
    EXPECT_FALSE(set.Matches(5, record)) << &change - kChanges;
  }
}

TEST(ImageSetTest, ReadsAListOfRefs) {
  const auto set = ImageSet::FromText("# mine\nghcr.io/a/b:v2\n\nghcr.io/a/b:v1  # again\nalpine\nghcr.io/a/b:v1\n");
  ASSERT_TRUE(set.has_value()) << set.error().ToString();
  EXPECT_EQ(set->size(), 3u);
  EXPECT_EQ(set->repositories(), 2u);
  EXPECT_EQ(set->RefOf(0).Canonical(), "ghcr.io/a/b:v1");
  EXPECT_EQ(set->RefOf(2).Canonical(), "index.docker.io/library/alpine:latest");
  EXPECT_NE(set->NumberOf(0), set->NumberOf(1));
  EXPECT_THAT(ImageSet::FromText("a:b\nUP/case:x").error().message, HasSubstr("line 2"));
  EXPECT_THAT(ImageSet::FromText("# nothing\n").error().message, HasSubstr("no refs"));
}

TEST(ImageSetTest, ReadsAListWithGroupsAndArchitectures) {
  const auto set = ImageSet::FromText(
      "repo\ttag\tgroup\tarchitectures\tgit_commit\tentries\n"
      "abacus\t6.0.1\tabacus#1\tamd64,arm32v6,arm64v8\tdd5a04\t1\r\n"
      "abacus\t6\tabacus#1\tamd64,arm32v6,arm64v8\tdd5a04\t1\n"
      "abacus\tltsc\tabacus#2\twindows-amd64\tdd5a04\t2\n"
      "# a remark\twith a tab\n"
      "ghcr.io/a/b\tv1\n"
      "ghcr.io/a/b:v2 # as a ref\n");
  ASSERT_TRUE(set.has_value()) << set.error().ToString();
  ASSERT_EQ(set->size(), 5u);
  EXPECT_EQ(set->repositories(), 2u);
  EXPECT_EQ(set->RefOf(1).Canonical(), "ghcr.io/a/b:v2");
  EXPECT_EQ(set->RefOf(3).Canonical(), "index.docker.io/library/abacus:6.0.1");
  EXPECT_EQ(set->RecordOf(2).info.digest, set->RecordOf(3).info.digest) << "one group";
  EXPECT_EQ(set->PlatformsOf(3), (MadePlatforms{3, false}));
  EXPECT_EQ(set->PlatformsOf(4), (MadePlatforms{1, true}));
  EXPECT_EQ(set->RecordOf(4).info.platform.os, "windows");
  EXPECT_TRUE(set->Matches(3, set->RecordOf(3)));
  EXPECT_FALSE(set->Matches(4, set->RecordOf(3)));
  EXPECT_THAT(ImageSet::FromText("abacus\t\tabacus#1").error().message,
              AllOf(HasSubstr("line 1"), HasSubstr("no tag after abacus")));
}

TEST(ImageSetTest, ReadsTheListOfOfficialImages) {
  const auto corpus = larder::testing::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "skipped: no corpus";
  const auto set = ImageSet::FromFile(*corpus / "official-images.tsv");
  ASSERT_TRUE(set.has_value()) << set.error().ToString();
  EXPECT_EQ(set->size(), 9849u);
  EXPECT_EQ(set->repositories(), 137u);
  std::set<std::uint64_t> numbers;
  for (std::uint64_t image = 0; image < set->size(); ++image) numbers.insert(set->NumberOf(image));
  EXPECT_EQ(numbers.size(), 2220u);
}

TEST(PickTest, UniformPicksTakeEveryNumberBeforeAnyComesAgain) {
  constexpr std::uint64_t kN = 300'000;  // more than any list of picks would hold
  std::set<std::uint64_t> first;
  for (unsigned thread = 0; thread < 2; ++thread) {
    Picker picker(kN, 0, 1, thread, 2);
    std::vector<bool> seen(kN);
    std::uint64_t different = 0;
    for (std::uint64_t i = 0; i < kN; ++i) {
      const std::uint64_t number = picker.Next();
      ASSERT_LT(number, kN);
      if (i == 0) first.insert(number);
      different += seen[number] ? 0 : 1;
      seen[number] = true;
    }
    EXPECT_EQ(different, kN);
  }
  EXPECT_EQ(first.size(), 2u) << "threads begin apart";
  EXPECT_EQ(Picker(1, 0, 1, 0, 1).Next(), 0u);
  EXPECT_LT(Picker(3, 0.99, 1, 0, 1).Next(), 3u);
}

TEST(PickTest, ZipfPicksByRank) {
  constexpr std::uint64_t kN = 1000;
  const Zipf zipf(kN, 0.99);
  Random random(301);
  std::vector<int> counts(kN);
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) ++counts.at(zipf.Next(random));
  double zeta = 0;
  for (std::uint64_t i = 1; i <= kN; ++i) zeta += std::pow(static_cast<double>(i), -0.99);
  EXPECT_NEAR(counts[0], kDraws / zeta, kDraws / zeta / 20);
  EXPECT_NEAR(counts[1], kDraws / zeta / std::pow(2, 0.99), kDraws / zeta / 20);
  EXPECT_GT(counts[9], counts[99]);
  for (const std::uint64_t n : {1u, 2u, 3u}) EXPECT_LT(Zipf(n, 0.5).Next(random), n);
}

TEST(PickTest, ScatterLosesNone) {
  for (const std::uint64_t n : {1u, 2u, 97u, 9849u}) {
    const Scatter scatter(n);
    std::set<std::uint64_t> all;
    for (std::uint64_t rank = 0; rank < n; ++rank) all.insert(scatter.Of(rank));
    EXPECT_EQ(all.size(), n);
    EXPECT_LT(*all.rbegin(), n);
  }
}

}  // namespace
}  // namespace larder::bench
