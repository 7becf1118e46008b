// The laws of a Store, as tests over any Engine (store_factory.h). docs/writing-a-backend.md explains each.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/store_factory.h"
#include "larder/image_record.h"
#include "larder/image_ref.h"
#include "larder/store.h"

namespace larder::conformance {

using Bytes = std::vector<std::byte>;

// 2026-01-01T00:00:00Z: the `now` of every test here.
inline constexpr Time kNow{std::chrono::milliseconds{1767225600000}};
inline constexpr std::chrono::days kRetention{30};
inline constexpr std::string_view kName = "ghcr.io/fluxcd/flux-cli";

// A key of repository kName (or `name`), image number `i`.
Key ImageKey(int i, std::string_view name = kName);
// A good record of that many payload bytes (a multiple of 8), filled from `seed`; due in an hour.
Bytes RecordOf(const Key& key, std::size_t payload_bytes = 64, unsigned seed = 1, Time expiry = kNow + kRetention);
// The seed of a record that RecordOf made.
unsigned SeedOf(std::span<const std::byte> record);
// A whole record of a format that only a newer release reads; by its header it expired at kNow.
Bytes NewerRecordOf(const Key& key, std::size_t payload_bytes = 64);
// What a refresher would store of that tag: small, due in an hour, kept for kRetention.
ImageRecord ImageOf(const ImageRef& ref);

class StoreConformance : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override;
  void TearDown() override;

  Store& store() { return *store_; }
  const Engine& engine() const { return GetParam(); }
  // Closes the store and opens it again on the same place.
  void Reopen();
  // Goes over to a fresh place of Engine::make_bounded.
  void OpenBounded();

  // What Get answers: the record, or nothing for a miss. Any other error fails the test.
  std::optional<Bytes> Contents(const Key& key);
  // Write that has to succeed as a whole and in each operation.
  void Apply(const WriteBatch& batch, Time now = kNow);
  void Put(const Key& key, Bytes record);
  void Remove(const Key& key);
  Result<void> PutIfAbsent(const Key& key, Bytes record, Time now = kNow);
  std::unique_ptr<Reader> OpenReader();
  // Keys in `range` in the order of the visits.
  std::vector<Key> Scan(const KeyRange& range);
  // Runs Collect to its end in slices; answers how many there were.
  int CollectAll(CollectSlice slice);

 private:
  void OpenOn(Result<std::unique_ptr<StorePlace>> place);
  std::unique_ptr<StorePlace> place_;
  std::unique_ptr<Store> store_;
};

std::string EngineName(const ::testing::TestParamInfo<Engine>& info);

}  // namespace larder::conformance

// Puts engines under the suite, once in a test program. Arguments are Engine values.
#define LARDER_CONFORMANCE(...) \
  INSTANTIATE_TEST_SUITE_P(Engines, StoreConformance, ::testing::Values(__VA_ARGS__), EngineName)
