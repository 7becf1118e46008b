#include <gtest/gtest.h>

#include "larder/host_record.h"
#include "larder/image_record.h"
#include "larder/image_view.h"
#include "larder/manifest_record.h"
#include "larder/marker.h"
#include "larder/repository_record.h"
#include "record/payload.h"

namespace larder {
namespace {

TEST(Marker, ReadsBack) {
  StoreMarker marker;
  marker.created = Time{Duration{1'700'000'000'000}};
  marker.last_collect = Time{Duration{1'700'000'500'000}};
  marker.floor = Time{Duration{1'600'000'000'000}};
  EXPECT_EQ(ReadMarker(MakeMarker(marker)).value(), marker);
}

TEST(Marker, OfANewerReleaseSaysWhatToDo) {
  StoreMarker marker;
  marker.format = kFormatVersion + 1;
  const auto read = ReadMarker(MakeMarker(marker));
  EXPECT_EQ(read.error().code, Errc::unsupported);
  EXPECT_NE(read.error().message.find("newer release"), std::string::npos);
}

TEST(RepositoryRecord, ReadsBackAndBelongsToItsName) {
  RepositoryRecord state;
  state.name = ImageName::Parse("ghcr.io/a/b").value();
  state.generation = 4;
  state.blocks = 3;
  state.counts.tags = 210;
  state.counts.known = 200;
  state.counts.pending = 8;
  state.counts.failing = 2;
  state.skipped = 1;
  state.pages = 2;
  state.failures = 5;
  state.last_listed = Time{Duration{1'700'000'000'000}};
  state.last_error_at = Time{Duration{1'700'000'100'000}};
  state.last_error = "503";
  state.full = true;
  state.trouble = Trouble::tags;
  state.untold = {"one\ntwo", "three"};
  state.deadline = Time{Duration{1'700'000'300'000}};
  state.expiry = Time{Duration{1'703'000'000'000}};
  const auto record = BuildRepositoryRecord(state).value();
  EXPECT_EQ(ReadRepositoryRecord(KeyOf(state), "ghcr.io/a/b", record).value(), state);
  EXPECT_EQ(ReadRepositoryRecord(KeyOf(state), "", record).value(), state);
  EXPECT_EQ(ReadRepositoryRecord(KeyOf(state), "ghcr.io/a/c", record).error().code, Errc::corruption);
}

TEST(RepositoryRecord, OfANameIsSpelledAsTheNameIs) {
  RepositoryRecord state;
  state.name = ImageName::Parse("index.docker.io/library/alpine").value();
  state.last_error = "503";
  const auto record = BuildRepositoryRecord(state).value();
  const auto read = [&](std::string_view text) {
    const auto name = ImageName::Parse(text).value();
    return ReadRepositoryRecord(name, CanonicalName(name), KeyOf(state), record);
  };
  state.name = ImageName::Parse("alpine").value();
  EXPECT_EQ(read("alpine").value(), state);
  EXPECT_EQ(read("busybox").error().code, Errc::corruption);
}

TEST(RepositoryRecord, FitsWhateverIsUntold) {
  RepositoryRecord state;
  state.name = ImageName::Parse("registry.example.com/" + std::string(200, 'a')).value();
  state.last_error = std::string(5000, 'x');
  state.untold.assign(1000, std::string(84, 'n'));
  const auto record = BuildRepositoryRecord(state);
  ASSERT_TRUE(record.has_value()) << record.error().ToString();
  EXPECT_LE(record->size(), kMaxRecordBytes);
  const auto read = ReadRepositoryRecord(KeyOf(state), "", *record).value();
  EXPECT_EQ(read.untold.size(), kMaxUntoldBytes / (84 + kUntoldOverhead));
  EXPECT_EQ(read.untold.front(), state.untold.front());
}

TEST(HostRecord, ReadsBack) {
  HostRecord host;
  host.host = "registry.example.com:5000";
  host.rate = 12.5;
  host.cooldown_until = Time{Duration{1'700'000'000'000}};
  host.ban_until = Time{Duration{1'700'000'600'000}};
  host.pull_ban_until = Time{Duration{1'700'000'700'000}};
  host.no_head_until = Time{Duration{1'700'000'800'000}};
  host.page_size = 100;
  host.remaining = 76;
  host.limit = 100;
  host.window = std::chrono::seconds(21600);
  host.seen = Time{Duration{1'700'000'000'000}};
  host.expiry = Time{Duration{1'703'000'000'000}};
  EXPECT_EQ(ReadHostRecord(Key::Host(host.host), BuildHostRecord(host).value()).value(), host);
  host.remaining.reset();
  host.limit.reset();
  EXPECT_EQ(ReadHostRecord(Key::Host(host.host), BuildHostRecord(host).value()).value(), host);
}

TEST(LeaseRecord, ReadsBack) {
  LeaseRecord lease;
  lease.name = "ghcr.io/a/b";
  lease.owner = "host-1/4711";
  lease.expiry = Time{Duration{1'700'000'060'000}};
  const auto read = ReadLeaseRecord(Key::Lease(lease.name), BuildLeaseRecord(lease).value()).value();
  EXPECT_EQ(read.owner, lease.owner);
  EXPECT_EQ(read.expiry, lease.expiry);
}

// Fields that a later release has added to the table under way: a number and a text, far behind those that there are.
class UnknownFields {
 public:
  explicit UnknownFields(flatbuffers::FlatBufferBuilder& builder)
      : builder_(builder), text_(builder.CreateString("what a later release says")) {}
  void Add() {
    builder_.AddElement<std::uint64_t>(flatbuffers::FieldIndexToOffset(60), 0xFEEDFACE, 0);
    builder_.AddOffset(flatbuffers::FieldIndexToOffset(61), text_);
  }
  // The record of that table, with the header that `record` has.
  std::vector<std::byte> Finish(const Key& key, std::span<const std::byte> record) {
    return record::Finish(key, VerifyRecord(key, record).value(), builder_).value();
  }

 private:
  flatbuffers::FlatBufferBuilder& builder_;
  flatbuffers::Offset<flatbuffers::String> text_;
};

void ExpectSameHeader(const Key& key, std::span<const std::byte> grown, std::span<const std::byte> plain) {
  const auto header = VerifyRecord(key, grown);
  ASSERT_TRUE(header.has_value()) << header.error().ToString();
  const auto before = VerifyRecord(key, plain).value();
  EXPECT_EQ(header->format, kFormatVersion);
  EXPECT_EQ(header->kind, before.kind);
  EXPECT_EQ(header->flags, before.flags);
  EXPECT_EQ(header->deadline, before.deadline);
  EXPECT_EQ(header->expiry, before.expiry);
  EXPECT_GT(grown.size(), plain.size());
}

TEST(UnknownField, OfAnImageIsPassedOver) {
  ImageRecord image;
  image.status = EntryStatus::image;
  image.info.id = ImageRef::Parse("ghcr.io/a/b:v1").value();
  image.info.digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
  image.info.labels = {{"team", "checkout"}};
  image.deadline = Time{Duration{1'700'000'300'000}};
  image.expiry = Time{Duration{1'703'000'000'000}};
  const Key key = KeyOf(image);
  const auto plain = BuildImageRecord(image).value();
  const auto& from = record::RootOf<fb::Image>(plain);
  flatbuffers::FlatBufferBuilder builder;
  UnknownFields unknown(builder);
  const auto ref = builder.CreateString(from.ref());
  const auto labels = builder.CreateVector(from.labels()->data(), from.labels()->size());
  fb::ImageBuilder table(builder);
  table.add_facts(from.facts());
  table.add_ref(ref);
  table.add_labels(labels);
  unknown.Add();
  builder.Finish(table.Finish());
  const auto grown = unknown.Finish(key, plain);
  ExpectSameHeader(key, grown, plain);
  const auto read = ImageSpan::Make(key, "ghcr.io/a/b", grown);
  ASSERT_TRUE(read.has_value()) << read.error().ToString();
  EXPECT_EQ(read->ToRecord(), ImageSpan::Make(key, plain)->ToRecord());
  EXPECT_EQ(read->ToRecord().info.labels, image.info.labels);
}

TEST(UnknownField, OfARepositoryAndItsTagBlocksIsPassedOver) {
  RepositoryRecord state;
  state.name = ImageName::Parse("ghcr.io/a/b").value();
  state.generation = 4;
  state.blocks = 1;
  state.counts.tags = 2;
  state.last_error = "503";
  state.deadline = Time{Duration{1'700'000'300'000}};
  const Key key = KeyOf(state);
  const auto plain = BuildRepositoryRecord(state).value();
  flatbuffers::FlatBufferBuilder builder;
  UnknownFields unknown(builder);
  const auto name = builder.CreateString("ghcr.io/a/b");
  const auto error = builder.CreateString("503");
  fb::RepositoryBuilder table(builder);
  table.add_name(name);
  table.add_generation(4);
  table.add_blocks(1);
  table.add_tags(2);
  table.add_last_error(error);
  unknown.Add();
  builder.Finish(table.Finish());
  const auto grown = unknown.Finish(key, plain);
  ExpectSameHeader(key, grown, plain);
  EXPECT_EQ(ReadRepositoryRecord(key, "ghcr.io/a/b", grown).value(), state);

  WriteBatch batch;
  const std::vector<std::string> tags = {"v1", "v2"};
  ASSERT_EQ(PutTagBlocks(batch, "ghcr.io/a/b", 4, tags, Time{Duration{1'703'000'000'000}}).value(), 1U);
  flatbuffers::FlatBufferBuilder block_builder;
  UnknownFields unknown_of_block(block_builder);
  const auto block_name = block_builder.CreateString("ghcr.io/a/b");
  const auto block_tags = block_builder.CreateVectorOfStrings(tags);
  fb::TagBlockBuilder block(block_builder);
  block.add_name(block_name);
  block.add_generation(4);
  block.add_tags(block_tags);
  unknown_of_block.Add();
  block_builder.Finish(block.Finish());
  const Key block_key = Key::TagBlock("ghcr.io/a/b", 4, 0);
  const auto grown_block = unknown_of_block.Finish(block_key, batch.ops()[0].record);
  ExpectSameHeader(block_key, grown_block, batch.ops()[0].record);
  EXPECT_EQ(ReadTagBlock(block_key, "ghcr.io/a/b", grown_block).value().tags, tags);
}

TEST(UnknownField, OfFactsIsPassedOver) {
  ManifestFacts facts;
  facts.digest = Digest::Parse("sha256:" + std::string(64, 'c')).value();
  facts.kind = ManifestKind::oci_manifest;
  facts.image_id = "sha256:" + std::string(64, 'd');
  const Key key = Key::Manifest(facts.digest);
  const auto plain = BuildManifestRecord(facts, Time{Duration{1'703'000'000'000}}).value();
  flatbuffers::FlatBufferBuilder builder;
  UnknownFields unknown(builder);
  const auto digest = builder.CreateString(facts.digest.ToString());
  const auto image_id = builder.CreateString(facts.image_id);
  fb::ManifestBuilder table(builder);
  table.add_digest(digest);
  table.add_kind(static_cast<std::uint8_t>(facts.kind));
  table.add_interpreter(facts.interpreter);
  table.add_image_id(image_id);
  unknown.Add();
  builder.Finish(table.Finish());
  const auto grown = unknown.Finish(key, plain);
  ExpectSameHeader(key, grown, plain);
  EXPECT_EQ(ReadManifestRecord(facts.digest, grown).value(), facts);
}

TEST(UnknownField, OfTheMarkerIsPassedOver) {
  const StoreMarker marker{.created = Time{Duration{1'700'000'000'000}}};
  const auto plain = MakeMarker(marker);
  flatbuffers::FlatBufferBuilder builder;
  UnknownFields unknown(builder);
  fb::MarkerBuilder table(builder);
  table.add_format(kFormatVersion);
  table.add_created_ms(1'700'000'000'000);
  unknown.Add();
  builder.Finish(table.Finish());
  const auto grown = unknown.Finish(Key::Marker(), plain);
  ExpectSameHeader(Key::Marker(), grown, plain);
  EXPECT_EQ(ReadMarker(grown).value(), marker);
}

}  // namespace
}  // namespace larder
