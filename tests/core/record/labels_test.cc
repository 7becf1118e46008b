// Labels, packed: what comes back, and what a stranger may have written instead.
#include "record/labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>

#include "larder/image_view.h"
#include "larder/manifest_record.h"

namespace larder {
namespace {

ImageRecord Labelled(Labels labels) {
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id = ImageRef::Parse("ghcr.io/team/app:v1").value();
  record.info.labels = std::move(labels);
  return record;
}

ImageView Stored(const ImageRecord& record) {
  RecordBuf buffer;
  buffer.Assign(BuildImageRecord(record).value());
  return ImageView::Make(KeyOf(record), std::move(buffer)).value();
}

// Values at the edge of each form: hex, times, texts of every length.
std::vector<std::string> OddValues() {
  std::vector<std::string> values = {"", "a", "0a", "0A", "abc", "0123456789abcdef", "deadbeeg", std::string(1, '\0')};
  for (const std::size_t size : {40, 64, 63, 128, 254, 255, 256, 508, 510, 511, 512, 1000}) {
    values.push_back(std::string(size, '7'));
    values.push_back(std::string(size, 'F'));
    values.push_back(std::string(size, '\x1f'));
  }
  for (const std::string second : {"2023-11-05T06:07:08", "0001-01-01T00:00:00", "9999-12-31T23:59:59",
                                   "1969-12-31T23:59:59", "2023-02-30T00:00:00", "2024-02-29T23:59:60"}) {
    for (const char* rest : {"Z", "z", "+00:00", "-00:00", "+02:00", "", ".5Z", ".50Z", ".0Z", ".123456789Z",
                             ".1234567891Z", ".000000001Z", " Z", "Z "}) {
      values.push_back(second + rest);
    }
  }
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  values.push_back(every);
  return values;
}

TEST(PackedLabels, EveryValueComesBackByteForByte) {
  for (const auto& value : OddValues()) {
    const Labels labels = {{std::string(kLabelCreated), value}, {"com.example.label", value}};
    const auto view = Stored(Labelled(labels));
    EXPECT_EQ(view.ToInfo().labels, labels);
    EXPECT_FALSE(view.ToInfo().labels_truncated);
    EXPECT_EQ(view.label(kLabelCreated), value);
    EXPECT_EQ(view.label("com.example.label"), value);
    Labels visited;
    view.VisitLabels([&](std::string_view name, std::string_view text) { visited.emplace(name, text); });
    EXPECT_EQ(visited, labels);
    ManifestFacts facts;
    facts.digest = Digest::Parse("sha256:" + std::string(64, 'c')).value();
    facts.labels = labels;
    EXPECT_EQ(ReadManifestRecord(facts.digest, BuildManifestRecord(facts, Time{}).value()).value(), facts);
  }
}

TEST(PackedLabels, NamesAreAnythingButEmptyOrWithANul) {
  Labels kept = {{"\x01 a code by its looks", "1"}, {"\xFF", "2"}, {std::string(300, 'n'), "3"}, {"version", "4"}};
  EXPECT_EQ(Stored(Labelled(kept)).ToInfo().labels, kept);
  EXPECT_FALSE(Stored(Labelled(kept)).ToInfo().labels_truncated);
  Labels given = kept;
  given.emplace("", "of no name");
  given.emplace(std::string("a\0b", 3), "of a name that cannot be kept");
  EXPECT_EQ(Stored(Labelled(given)).ToInfo().labels, kept);
  EXPECT_TRUE(Stored(Labelled(given)).ToInfo().labels_truncated);
}

TEST(PackedLabels, WhatDoesNotFitIsLeftOutWhole) {
  Labels labels = {{"a", std::string(record::kLabelBudget, 'x')}, {"version", "1"}};
  labels.emplace(std::string(70'000, 'n'), "");
  labels.emplace("z", std::string(70'000, 'z'));
  const auto info = Stored(Labelled(labels)).ToInfo();
  EXPECT_EQ(info.labels, (Labels{{"version", "1"}}));
  EXPECT_TRUE(info.labels_truncated);
}

TEST(PackedLabels, WhatImagesSayInTheSameWordsTakesFewBytes) {
  const auto plain = Stored(Labelled({})).record_bytes();
  const Labels labels = {{"org.opencontainers.image.revision", std::string(40, '7')},
                         {"org.opencontainers.image.created", "2023-11-05T06:07:08.123456789Z"}};
  EXPECT_LE(Stored(Labelled(labels)).record_bytes() - plain, 48U);  // 22 and 13 bytes, and the list around them
}

// The example's record with these bytes for labels, and a checksum that is right.
std::vector<std::byte> WithLabels(const std::string& packed) {
  const ImageRecord image = Labelled({});
  const auto plain = BuildImageRecord(image).value();
  const auto& from = record::RootOf<fb::Image>(plain);
  flatbuffers::FlatBufferBuilder builder;
  const auto ref = builder.CreateString(from.ref());
  const auto labels = builder.CreateVector(reinterpret_cast<const std::uint8_t*>(packed.data()), packed.size());
  builder.Finish(fb::CreateImage(builder, from.facts(), ref, labels));
  return record::Finish(KeyOf(image), VerifyRecord(KeyOf(image), plain).value(), builder).value();
}

Result<ImageSpan> SpanOf(const std::vector<std::byte>& bytes) { return ImageSpan::Make(KeyOf(Labelled({})), bytes); }

std::string TimeBytes(std::int64_t seconds, std::uint32_t nanoseconds) {
  std::byte bytes[12];
  record::StoreLittle(bytes, seconds);
  record::StoreLittle(bytes + 8, nanoseconds);
  return std::string(reinterpret_cast<const char*>(bytes), sizeof bytes);
}

constexpr char kVersion = 2;  // org.opencontainers.image.version
constexpr char kLong = 1 << 5 | kVersion;
constexpr char kHex = 2 << 5 | kVersion;
constexpr char kTime = 3 << 5 | kVersion;

TEST(PackedLabels, WhatIsNoneIsCorruption) {
  using namespace std::string_literals;
  const std::vector<std::string> broken = {
      "\x02"s,  // no length
      "\x02\x03"
      "ab"s,                                              // a length past the end
      {kLong, 1},                                         // half a length
      {kLong, 1, 1},                                      // a long length past the end
      {kHex, 2, 0x12},                                    // hex past the end
      kTime + TimeBytes(0, 0).substr(1),                  // a time cut short
      kTime + TimeBytes(Timestamp::kNoneSeconds - 1, 0),  // before the first year
      kTime + TimeBytes(Timestamp::kMaxSeconds + 1, 0),   // after the last
      kTime + TimeBytes(0, 1'000'000'000),                // a second of nanoseconds
      "\x82\x01"
      "a"s,
      "\xA2\x01"
      "a"s,
      "\xC2\x01"
      "a"s,
      "\xE2\x01"
      "a"s,   // forms that there are not
      "\0"s,  // no name
      "\0\0\x01"
      "a"s,         // an empty one
      "\0team"s,    // one without an end
      "\0team\0"s,  // and without a value
      "\x02\x01"
      "a\x02"s,  // a good label and half of one
  };
  for (const auto& packed : broken) {
    const auto span = SpanOf(WithLabels(packed));
    ASSERT_FALSE(span.has_value()) << ::testing::PrintToString(packed);
    EXPECT_EQ(span.error().code, Errc::corruption);
  }
}

TEST(PackedLabels, FormsThatWeWouldNotWriteAreRead) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, Labels>> readable = {
      {"", {}},
      {"\x02\x02"
       "0a"s,
       {{"org.opencontainers.image.version", "0a"}}},
      {std::string{kLong, 1, 0, 'a'}, {{"org.opencontainers.image.version", "a"}}},
      {std::string{kHex, 0}, {{"org.opencontainers.image.version", ""}}},
      {"\0version\0\x01"
       "a"s,
       {{"version", "a"}}},  // a name that has a code
      {"\0b\0\x01"
       "1\0a\0\x01"
       "2\0b\0\x01"
       "3"s,
       {{"a", "2"}, {"b", "1"}}},  // twice: the first counts
  };
  for (const auto& [packed, labels] : readable) {
    const auto bytes = WithLabels(packed);
    const auto span = SpanOf(bytes);
    ASSERT_TRUE(span.has_value()) << ::testing::PrintToString(packed);
    EXPECT_EQ(span->ToRecord().info.labels, labels);
  }
}

TEST(PackedLabels, EveryPrefixOfGoodOnesIsReadOrRefused) {
  flatbuffers::FlatBufferBuilder builder;
  bool truncated = false;
  const Labels labels = {
      {"version", "1"}, {"release", "0123456789"}, {"team", std::string(300, 'x')}, {"vendor", "2023-11-05T06:07:08Z"}};
  builder.Finish(record::PutLabels(builder, labels, truncated));
  const auto* whole = flatbuffers::GetRoot<record::PackedLabels>(builder.GetBufferPointer());
  const std::string packed(reinterpret_cast<const char*>(whole->data()), whole->size());
  std::size_t readable = 0;
  for (std::size_t size = 0; size <= packed.size(); ++size) {
    const auto bytes = WithLabels(packed.substr(0, size));
    if (const auto span = SpanOf(bytes); span.has_value()) {
      EXPECT_EQ(span->ToRecord().info.labels.size(), readable);
      ++readable;
    }
  }
  EXPECT_EQ(readable, labels.size() + 1);
}

TEST(PackedLabels, NoBytesCrashTheReader) {
  std::uint32_t seed = 1;
  const auto next = [&] { return seed = seed * 1664525 + 1013904223; };
  int readable = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::string packed(next() >> 26, '\0');
    for (auto& byte : packed) byte = static_cast<char>(next() >> (next() % 2 == 0 ? 24 : 29));
    const auto bytes = WithLabels(packed);
    RecordBuf buffer;
    buffer.Assign(bytes);
    const auto view = ImageView::Make(KeyOf(Labelled({})), std::move(buffer));
    ASSERT_EQ(view.has_value(), SpanOf(bytes).has_value());
    if (!view.has_value()) continue;
    ++readable;
    Labels visited;
    view->VisitLabels([&](std::string_view name, std::string_view value) {
      EXPECT_EQ(view->label(name).has_value(), true);
      visited.emplace(name, value);
    });
    EXPECT_EQ(visited, view->ToInfo().labels);
  }
  EXPECT_GT(readable, 100);
}

// An image record made of them would be refused by every reader, again and again.
TEST(ManifestRecord, NanosecondsOverASecondAreCorruption) {
  constexpr std::int32_t kOdd = 123'456'789;
  const auto times = {&ManifestFacts::created, &ManifestFacts::annotation_created};
  for (const auto time : times) {
    ManifestFacts facts;
    facts.digest = Digest::Parse("sha256:" + std::string(64, 'c')).value();
    facts.*time = Timestamp(1'700'000'000, kOdd);
    const Key key = Key::Manifest(facts.digest);
    auto bytes = BuildManifestRecord(facts, Time{}).value();
    ASSERT_TRUE(ReadManifestRecord(key, bytes).has_value());
    const auto odd = std::as_bytes(std::span(&kOdd, 1));
    const auto at = std::search(bytes.begin(), bytes.end(), odd.begin(), odd.end());
    ASSERT_NE(at, bytes.end());
    const std::uint32_t over = 1'000'000'000;
    std::ranges::copy(std::as_bytes(std::span(&over, 1)), at);
    const auto broken = MakeRecord(key, ReadHeader(key, bytes).value(), PayloadOf(bytes)).value();
    const auto read = ReadManifestRecord(key, broken);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, Errc::corruption);
  }
}

TEST(ManifestRecord, LabelsThatAreNoneAreCorruption) {
  ManifestFacts facts;
  facts.digest = Digest::Parse("sha256:" + std::string(64, 'c')).value();
  facts.labels = {{"version", "a value of some length"}};
  const Key key = Key::Manifest(facts.digest);
  auto bytes = BuildManifestRecord(facts, Time{}).value();
  const auto at = std::search(bytes.begin(), bytes.end(), facts.labels["version"].begin(),
                              facts.labels["version"].end(), [](std::byte a, char b) { return a == std::byte(b); });
  ASSERT_NE(at, bytes.end());
  *(at - 1) = std::byte{200};
  const auto broken = MakeRecord(key, ReadHeader(key, bytes).value(), PayloadOf(bytes)).value();
  EXPECT_EQ(ReadManifestRecord(key, broken).error().code, Errc::corruption);
}

}  // namespace
}  // namespace larder
