// Images made by rules from a number: the same on every machine.
//
// Labels, as images of large public repositories have them: 3 of 10 have none (a record of some 300 bytes), 5 have five
// OCI labels (480), 2 have ten (720). Platforms, as often as Docker's official images have them: 1 to 12
// (samples/shape.h).
#pragma once

#include <cstdint>
#include <vector>

#include "larder/image_record.h"
#include "larder/manifest.h"

namespace larder::bench {

inline constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

Digest DigestOf(std::uint64_t number);

// The digest of image `number` when it was last moved for the `version`th time.
Digest DigestOf(std::uint64_t number, std::uint32_t version);

// The platforms of one image: the first so many of samples/platforms.h, linux/amd64 before the others.
struct MadePlatforms {
  std::uint8_t count = 1;  // 1 .. kMost; over 1 the tag points at an index
  bool windows = false;    // the only one is windows/amd64
  static constexpr std::size_t kMost = 12;
  friend bool operator==(const MadePlatforms&, const MadePlatforms&) = default;
};
MadePlatforms PlatformsOf(std::uint64_t number);

// The record of `ref`. `version` is told by created_at too (VersionOf), so that a reader can check what it got against
// what was written, whichever write it sees. Where there is an index, the platform's digest is that of its first child.
ImageRecord MadeRecord(ImageRef ref, std::uint64_t number, std::uint32_t version, const MadePlatforms& platforms);
inline ImageRecord MadeRecord(ImageRef ref, std::uint64_t number, std::uint32_t version = 0) {
  return MadeRecord(std::move(ref), number, version, PlatformsOf(number));
}
std::uint32_t VersionOf(const Timestamp& created, std::uint64_t number);
// A second later for each number, up to kExpiries of them: a Collect can be made to find as many expired as is wanted.
inline constexpr std::uint64_t kExpiries = 1'000'000;
Time ExpiryOf(std::uint64_t number);

// What a refresher that asks again writes into a record that has not changed.
void Renew(ImageRecord& record);

// The facts by digest of the same image: those of the index with all its children, where there is one, and those of the
// manifest that was chosen.
std::vector<ManifestFacts> MadeFacts(std::uint64_t number, std::uint32_t version, const MadePlatforms& platforms);

}  // namespace larder::bench
