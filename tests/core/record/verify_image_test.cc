// Our verifier of an image's structure beside the one of FlatBuffers.
#include "record/verify_image.h"

#include <gtest/gtest.h>

#include "larder/image_record.h"
#include "record/payload.h"

namespace larder {
namespace {

// One of nearly every image, one with each field that there is, one of an image that is excluded.
std::vector<ImageRecord> Shapes() {
  const auto digest = [](char digit) { return Digest::Parse("sha256:" + std::string(64, digit)).value(); };
  const auto longer = [](char digit) { return Digest::Parse("sha512:" + std::string(128, digit)).value(); };
  ImageRecord usual;
  usual.status = EntryStatus::image;
  usual.info.id = ImageRef::Parse("ghcr.io/team/app:v1").value();
  usual.info.digest = digest('a');
  usual.info.platform_digest = digest('b');
  usual.info.image_id = digest('c').ToString();
  usual.info.labels = {{"version", "1"}, {"team", "a"}};
  ImageRecord full = usual;
  full.info.digest = longer('a');
  full.info.platform_digest = longer('b');
  full.info.image_id = "no digest";
  full.info.platform = Platform{"plan9", "z80", ""};
  full.info.label_times.created = full.info.label_times.build_date = full.info.annotation_created = Timestamp(1, 2);
  full.announced = digest('d').ToString();
  full.gone_since = Time{Duration{1'700'000'000'000}};
  full.last_error = "503";
  ImageRecord excluded = usual;
  excluded.status = EntryStatus::excluded;
  excluded.excluded_reason = "it is a signature";
  return {usual, full, excluded};
}

class Changeable {
 public:
  explicit Changeable(const ImageRecord& record) : bytes_(BuildImageRecord(record).value()) {}
  std::span<std::byte> bytes() { return std::span(bytes_).subspan(kRecordHeaderBytes); }
  // Fails where ours accepts what theirs does not. True where both accept.
  bool Agree(std::size_t size) {
    const auto cut = std::span<const std::byte>(bytes_).first(kRecordHeaderBytes + size);
    const bool ours = record::IsWellFormedImage(PayloadOf(cut));
    const bool theirs = record::IsWellFormed<fb::Image>(cut);
    EXPECT_TRUE(theirs || !ours);
    return ours && theirs;
  }
  bool Agree() { return Agree(bytes().size()); }

 private:
  std::vector<std::byte> bytes_;  // by operator new: aligned to 8
};

TEST(ImageVerifier, AcceptsWhatIsWritten) {
  for (const auto& record : Shapes()) EXPECT_TRUE(Changeable(record).Agree());
}

TEST(ImageVerifier, AcceptsNothingThatFlatBuffersDoesNot) {
  for (const auto& record : Shapes()) {
    Changeable payload(record);
    const auto bytes = payload.bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) payload.Agree(size);
    // Every byte, to each other value.
    for (auto& byte : bytes) {
      for (unsigned change = 1; change < 256; ++change) {
        byte ^= static_cast<std::byte>(change);
        payload.Agree();
        byte ^= static_cast<std::byte>(change);
      }
    }
  }
}

// The places, sizes and offsets of a payload are in its first bytes, and at its strings: small numbers, several at
// once.
TEST(ImageVerifier, AcceptsNothingThatFlatBuffersDoesNotWhereMuchIsChanged) {
  std::uint32_t seed = 1;
  const auto next = [&] { return (seed = seed * 1664525 + 1013904223) >> 8; };
  int accepted = 0;
  int refused = 0;
  for (const auto& record : Shapes()) {
    Changeable payload(record);
    const auto bytes = payload.bytes();
    const std::vector<std::byte> good(bytes.begin(), bytes.end());
    for (int round = 0; round < 60'000; ++round) {
      for (int change = 0; change < 1 + round % 5; ++change) {
        const std::size_t within = next() % 3 == 0 ? bytes.size() : 64;
        bytes[next() % std::min(within, bytes.size())] = static_cast<std::byte>(next() % 2 == 0 ? next() % 64 : next());
      }
      ++(payload.Agree() ? accepted : refused);
      std::copy(good.begin(), good.end(), bytes.begin());
    }
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace larder
