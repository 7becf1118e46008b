#include "conformance/store_conformance.h"

#include <cstring>

#include "larder/record.h"

namespace larder::conformance {

Key ImageKey(int i, std::string_view name) { return Key::Image(name, "v" + std::to_string(i)); }

Bytes RecordOf(const Key& key, std::size_t payload_bytes, unsigned seed, Time expiry) {
  Bytes payload(payload_bytes);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::byte>(seed + 7 * i);
  if (payload.size() >= sizeof seed) std::memcpy(payload.data(), &seed, sizeof seed);
  RecordHeader header;
  header.kind = key.kind();
  header.deadline = kNow + std::chrono::hours{1};
  header.expiry = expiry;
  return MakeRecord(key, header, payload).value();
}

unsigned SeedOf(std::span<const std::byte> record) {
  unsigned seed = 0;
  if (record.size() >= kRecordHeaderBytes + sizeof seed) std::memcpy(&seed, PayloadOf(record).data(), sizeof seed);
  return seed;
}

Bytes NewerRecordOf(const Key& key, std::size_t payload_bytes) {
  RecordHeader header;
  header.format = kFormatVersion + 1;
  header.kind = key.kind();
  header.expiry = kNow;
  return MakeRecord(key, header, Bytes(payload_bytes, std::byte{0x4E})).value();
}

ImageRecord ImageOf(const ImageRef& ref) {
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id = ref;
  record.info.digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
  record.info.platform_digest = record.info.digest;
  record.info.image_id = "sha256:" + std::string(64, 'c');
  record.info.platform = Platform::Parse("linux/amd64").value();
  record.info.created_at = Timestamp::FromTime(kNow - std::chrono::days{3});
  record.deadline = kNow + std::chrono::hours{1};
  record.expiry = kNow + kRetention;
  return record;
}

void StoreConformance::SetUp() { OpenOn(engine().make()); }

void StoreConformance::OpenBounded() {
  TearDown();
  OpenOn(engine().make_bounded());
}

void StoreConformance::OpenOn(Result<std::unique_ptr<StorePlace>> place) {
  if (!place.has_value() && place.error().code == Errc::unsupported) {
    GTEST_SKIP() << "skipped: " << place.error().message;
  }
  ASSERT_TRUE(place.has_value()) << place.error().ToString();
  place_ = std::move(*place);
  Reopen();
}

void StoreConformance::TearDown() {
  store_.reset();
  place_.reset();
}

void StoreConformance::Reopen() {
  store_.reset();
  auto opened = place_->Open();
  ASSERT_TRUE(opened.has_value()) << opened.error().ToString();
  store_ = std::move(*opened);
}

std::optional<Bytes> StoreConformance::Contents(const Key& key) {
  RecordBuf buffer;
  const auto got = store().Get(key, buffer);
  if (got.has_value()) return Bytes(buffer.bytes().begin(), buffer.bytes().end());
  EXPECT_EQ(got.error().code, Errc::not_found) << got.error().ToString();
  return std::nullopt;
}

void StoreConformance::Apply(const WriteBatch& batch, Time now) {
  const auto results = store().Write(batch, {.now = now});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
  ASSERT_EQ(results->size(), batch.size());
  for (const auto& result : *results) ASSERT_TRUE(result.has_value()) << result.error().ToString();
}

void StoreConformance::Put(const Key& key, Bytes record) {
  WriteBatch batch;
  batch.Put(key, std::move(record));
  Apply(batch);
}

void StoreConformance::Remove(const Key& key) {
  WriteBatch batch;
  batch.Remove(key);
  Apply(batch);
}

Result<void> StoreConformance::PutIfAbsent(const Key& key, Bytes record, Time now) {
  WriteBatch batch;
  batch.PutIfAbsent(key, std::move(record));
  auto results = store().Write(batch, {.now = now});
  LARDER_RETURN_IF_ERROR(results);
  return results->at(0);
}

std::unique_ptr<Reader> StoreConformance::OpenReader() {
  auto reader = store().OpenReader();
  EXPECT_TRUE(reader.has_value()) << reader.error().ToString();
  return reader.has_value() ? std::move(*reader) : nullptr;
}

std::vector<Key> StoreConformance::Scan(const KeyRange& range) {
  std::vector<Key> keys;
  const auto scanned = OpenReader()->Scan({.range = range}, [&](const Key& key, std::span<const std::byte>) {
    keys.push_back(key);
    return ScanAction::go_on;
  });
  EXPECT_TRUE(scanned.has_value()) << scanned.error().ToString();
  return keys;
}

int StoreConformance::CollectAll(CollectSlice slice) {
  for (int slices = 1; slices < 10'000; ++slices) {
    const auto progress = store().Collect(slice);
    EXPECT_TRUE(progress.has_value()) << progress.error().ToString();
    if (!progress.has_value() || progress->done()) return slices;
    EXPECT_TRUE(!slice.cursor || *slice.cursor < *progress->cursor) << "a cursor that does not advance";
    slice.cursor = progress->cursor;
  }
  ADD_FAILURE() << "Collect never says that it is done";
  return 0;
}

std::string EngineName(const ::testing::TestParamInfo<Engine>& info) { return info.param.name; }

}  // namespace larder::conformance
