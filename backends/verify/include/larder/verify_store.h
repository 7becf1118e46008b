// Reading a whole store to find what is damaged in it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/store.h"

namespace LARDER_API larder {

// What the record is of, for people: "image ghcr.io/fluxcd/flux-cli:v2.3.0". Everything is checked: header, checksum,
// payload, and that the names in it are those of its key; of a record of an older format (larder/rewrite.h) header and
// checksum. corruption says what is wrong; unsupported for a record of a newer release whose checksum is right.
// REQUIRES: 8-byte aligned.
Result<std::string> CheckRecord(const Key& key, std::span<const std::byte> record);

struct VerifyReport {
  std::uint64_t records = 0;  // read, without the marker
  std::uint64_t expired = 0;  // of the good ones
  std::uint64_t newer = 0;    // of a newer release, with a right checksum
  std::uint64_t broken = 0;
  std::uint64_t missing_blocks = 0;                 // of listings whose state promises them; they are listed again
  std::array<std::uint64_t, kRecordKinds> kinds{};  // of the good ones
};

struct VerifyOptions {
  Time now{};
  std::function<void(const Key& key, const std::string& what)> broken;  // of each that fails; may be empty
  std::function<ScanAction(const VerifyReport& so_far)> progress;       // now and then; stop ends it with cancelled
};

// Takes records one at a time, from wherever they are read, and keeps the count. Not safe for concurrent use.
class Verifier {
 public:
  // `options` must outlive it.
  explicit Verifier(const VerifyOptions& options) : options_(options) {}
  ScanAction Take(const Key& key, std::span<const std::byte> record);
  // What is known when the last one was taken.
  VerifyReport Finish();

 private:
  struct Listing {
    std::uint32_t blocks = 0;
    std::uint32_t seen = 0;
  };
  void NoteBlocks(const Key& key, std::span<const std::byte> record);

  const VerifyOptions& options_;
  VerifyReport report_;
  // By repository (the 14 bytes of its key) and generation: 40 bytes a repository.
  std::vector<std::pair<std::array<std::byte, 18>, Listing>> listings_;
};

// Every record that the store can enumerate. A snapshot is held for a second at most; what is written meanwhile may or
// may not be seen.
Result<VerifyReport> VerifyStore(Store& store, const VerifyOptions& options);

// Removes the records, so that they are misses and fetched again; those that are good now (somebody wrote them anew)
// stay. The number that was removed. Errors: the store's.
Result<std::uint64_t> RemoveBroken(Store& store, std::span<const Key> keys, Time now);

}  // namespace larder
