// LMDB's own pages carry no checksum: this reads a store's file page by page without trusting any of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/key.h"

namespace LARDER_API larder {

struct LmdbCheck {
  std::uint64_t records = 0;       // given to the visitor, with the marker
  std::uint64_t pages = 0;         // looked at
  std::uint64_t faults = 0;        // in the structure: places where LMDB itself would go wrong
  std::vector<std::string> texts;  // of the first kMaxTexts of them: "page 17 (byte 69632): ..."
  static constexpr std::size_t kMaxTexts = 20;
  // All was seen at one moment, so that the counts of records and pages, and that no page is used twice, were checked
  // too. False where another process wrote meanwhile: no snapshot is held for longer than a second then.
  bool one_moment = false;
};

// Walks both trees of `directory`/data.mdb (records and free pages) with plain reads of the file, checks each page
// against what LMDB relies on, and gives every record to `visit` as it lies there, unverified, in key order, 8-byte
// aligned. A flipped bit is found here, or lies in a record, or changes nothing that is ever read.
//
// Takes no lock and writes nothing; another process may write meanwhile. Opening an environment whose first pages are
// damaged can still end the process: call it in a child. Errors: as OpenLmdbStore's for reading, but for what the walk
// itself finds.
using LmdbRecordVisitor = std::function<void(const Key& key, std::span<const std::byte> record)>;
Result<LmdbCheck> CheckLmdbFile(const std::filesystem::path& directory, const LmdbRecordVisitor& visit);

}  // namespace larder
