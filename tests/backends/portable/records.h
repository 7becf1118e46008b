// Records of every kind, what a store holds, and what it exports.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "backends/portable/memory_streams.h"
#include "larder/memory_store.h"
#include "larder/portable.h"
#include "larder/record.h"
#include "larder/scan.h"
#include "larder/store.h"

namespace larder::testing {

inline constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

using Contents = std::map<std::string, std::vector<std::byte>>;

inline std::vector<std::byte> RecordOf(const Key& key, std::size_t payload, unsigned seed,
                                       Time expiry = kNow + std::chrono::days(30)) {
  RecordHeader header;
  header.kind = key.kind();
  header.deadline = kNow + std::chrono::hours(1);
  header.expiry = expiry;
  std::vector<std::byte> bytes(payload);
  for (std::size_t i = 0; i < payload; ++i) bytes[i] = static_cast<std::byte>(seed * 31 + i * 7);
  return MakeRecord(key, header, bytes).value();
}

// `images` of several repositories, and one or two records of each other kind; sizes from the least to the most.
inline void Fill(Store& store, int images, unsigned seed = 1) {
  const std::size_t most = kMaxRecordBytes - kRecordHeaderBytes;
  WriteBatch batch;
  const auto put = [&](const Key& key, std::size_t payload) { batch.Put(key, RecordOf(key, payload, seed)); };
  for (int i = 0; i < images; ++i) {
    const std::string name = "ghcr.io/a/b" + std::to_string(i % 5);
    put(Key::Image(name, "v" + std::to_string(i)), i % 50 == 7 ? most : static_cast<std::size_t>(8 + i % 400));
  }
  for (const auto* name : {"ghcr.io/a/b0", "ghcr.io/a/b1"}) {
    put(Key::Repository(name), 120);
    put(Key::TagBlock(name, 3, 0), most);
    put(Key::TagBlock(name, 3, 1), 8);
  }
  put(Key::Manifest(Digest::Parse("sha256:" + std::string(64, 'a')).value()), 200);
  put(Key::Host("ghcr.io"), 64);
  const auto results = store.Write(batch, WriteOptions{kNow});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
  for (const auto& result : *results) ASSERT_TRUE(result.has_value()) << result.error().ToString();
}

// Everything but the marker and leases.
inline Contents ContentsOf(Store& store) {
  Contents contents;
  const auto scanned = ScanStore(store, {}, [&](const Key& key, std::span<const std::byte> record) {
    if (key.kind() != RecordKind::marker && key.kind() != RecordKind::lease) {
      contents[key.ToHex()].assign(record.begin(), record.end());
    }
    return ScanAction::go_on;
  });
  EXPECT_TRUE(scanned.has_value()) << scanned.error().ToString();
  return contents;
}

inline std::vector<std::byte> Exported(Store& store) {
  MemorySink sink;
  ExportOptions options;
  options.now = kNow;
  const auto report = ExportStore(store, sink, options);
  EXPECT_TRUE(report.has_value()) << report.error().ToString();
  EXPECT_TRUE(!report.has_value() || report->file.bytes == sink.bytes.size());
  return sink.bytes;
}

// By a store in memory that Fill filled.
inline std::vector<std::byte> ExportOf(int images, unsigned seed = 1) {
  auto store = OpenMemoryStore().value();
  Fill(*store, images, seed);
  return Exported(*store);
}

}  // namespace larder::testing
