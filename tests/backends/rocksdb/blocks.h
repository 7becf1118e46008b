// What the child writes and the tests check: batch n fills block n % kBlocks, all of its keys with the number n. A
// block that is not of one number is half a batch; one with a number below an acknowledged batch is a lost one.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "larder/record.h"
#include "larder/store.h"

namespace larder::testing {

inline constexpr std::uint64_t kBlocks = 64;
inline constexpr std::uint64_t kBlockKeys = 48;
// 2026-01-01T00:00:00Z
inline constexpr Time kBlocksNow{std::chrono::milliseconds{1767225600000}};

inline Key BlockKey(std::uint64_t block, std::uint64_t i) {
  return Key::Image("registry.example/blocks/" + std::to_string(block % 8),
                    std::to_string(block) + "-" + std::to_string(i));
}

inline std::vector<std::byte> NumberedRecord(const Key& key, std::uint64_t number, std::size_t payload_bytes,
                                             Time expiry = kBlocksNow + std::chrono::days{30}) {
  std::vector<std::byte> payload(payload_bytes, std::byte{0x6C});
  std::memcpy(payload.data(), &number, sizeof number);
  RecordHeader header;
  header.kind = key.kind();
  header.expiry = expiry;
  return MakeRecord(key, header, payload).value();
}

inline std::uint64_t NumberOf(std::span<const std::byte> record) {
  std::uint64_t number = 0;
  if (record.size() >= kRecordHeaderBytes + sizeof number)
    std::memcpy(&number, PayloadOf(record).data(), sizeof number);
  return number;
}

inline WriteBatch BatchNumber(std::uint64_t number) {
  WriteBatch batch;
  for (std::uint64_t i = 0; i < kBlockKeys; ++i) {
    const Key key = BlockKey(number % kBlocks, i);
    batch.Put(key, NumberedRecord(key, number, 200 + 8 * (number % 50)));
  }
  return batch;
}

// The number of a block, 0 where it is empty; nullopt (and the reason) where it is not of one number or a record is
// bad.
inline std::optional<std::uint64_t> NumberOfBlock(Reader& reader, std::uint64_t block, std::string& reason) {
  std::vector<Key> keys;
  for (std::uint64_t i = 0; i < kBlockKeys; ++i) keys.push_back(BlockKey(block, i));
  std::vector<std::uint64_t> numbers(keys.size());
  reader.GetMany(keys, [&](std::size_t i, Result<std::span<const std::byte>> record) {
    if (!record.has_value()) {
      if (record.error().code != Errc::not_found) reason = record.error().ToString();
      return;
    }
    if (auto good = VerifyRecord(keys[i], *record); !good.has_value()) reason = good.error().ToString();
    numbers[i] = NumberOf(*record);
  });
  for (const std::uint64_t number : numbers) {
    if (number != numbers.front()) {
      reason = "half a batch: " + std::to_string(number) + " beside " + std::to_string(numbers.front());
    }
  }
  return reason.empty() ? std::optional(numbers.front()) : std::nullopt;
}

}  // namespace larder::testing
