// Puts records into a memory store, for tests of reading.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "larder/cache.h"
#include "larder/manifest_record.h"
#include "larder/memory_store.h"
#include "larder/repository_record.h"

namespace larder {

inline constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

class Stored {
 public:
  Stored() : store(OpenMemoryStore().value()) {}

  static ImageRecord Image(const std::string& ref, char digit = 'a') {
    ImageRecord record;
    record.status = EntryStatus::image;
    record.info.id = ImageRef::Parse(ref).value();
    record.info.digest = Digest::Parse("sha256:" + std::string(64, digit)).value();
    record.info.platform_digest = record.info.digest;
    record.info.created_at = Timestamp::FromTime(kNow - std::chrono::days(3));
    record.expiry = kNow + std::chrono::days(30);
    return record;
  }
  void Put(const ImageRecord& record) { Put(KeyOf(record), BuildImageRecord(record).value()); }
  void Put(const ManifestFacts& facts) {
    Put(Key::Manifest(facts.digest), BuildManifestRecord(facts, kNow + kManifestRetention).value());
  }
  void Put(const Key& key, std::vector<std::byte> bytes) {
    WriteBatch batch;
    batch.Put(key, std::move(bytes));
    Write(batch);
  }
  void PutListing(const std::string& name, const std::vector<std::string>& tags, std::uint32_t known) {
    RepositoryRecord state;
    state.name = ImageName::Parse(name).value();
    state.generation = 1;
    state.counts.tags = static_cast<std::uint32_t>(tags.size());
    state.counts.known = known;
    state.counts.pending = state.counts.tags - known;
    state.last_listed = kNow;
    state.deadline = kNow + std::chrono::minutes(5);
    WriteBatch batch;
    state.blocks = PutTagBlocks(batch, state.name.Canonical(), 1, tags, Time{}).value();
    batch.Put(KeyOf(state), BuildRepositoryRecord(state).value());
    Write(batch);
  }
  void Remove(const Key& key) {
    WriteBatch batch;
    batch.Remove(key);
    Write(batch);
  }
  void Write(const WriteBatch& batch) {
    WriteOptions options;
    options.now = kNow;
    ASSERT_TRUE(store->Write(batch, options).has_value());
  }

  std::unique_ptr<Store> store;
};

inline ImageRef Ref(const std::string& text) { return ImageRef::Parse(text).value(); }

}  // namespace larder
