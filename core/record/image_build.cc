#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "larder/image_record.h"
#include "record/codes.h"
#include "record/labels.h"
#include "record/payload.h"

namespace larder {
namespace {

using record::Cut;
using record::Ns;
using record::Text;

constexpr unsigned kStatusMask = 0xFF;
constexpr unsigned kGoneFlag = 0x100;
constexpr std::size_t kMaxPlatformText = 96;
constexpr std::size_t kMaxDigestText = 140;  // "sha512:" and 128 digits fit

using Bytes32 = std::array<std::uint8_t, 32>;

Bytes32 To32(const Digest& digest) {
  Bytes32 bytes{};
  if (digest.algorithm() == DigestAlgorithm::sha256) std::memcpy(bytes.data(), digest.bytes().data(), bytes.size());
  return bytes;
}

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> PutLong(flatbuffers::FlatBufferBuilder& builder,
                                                               const Digest& digest) {
  if (digest.algorithm() != DigestAlgorithm::sha512) return {};
  return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(digest.bytes().data()), digest.bytes().size());
}

// What of an image id fits 32 bytes: a sha256 digest, or the bare hex of schema1.
struct IdCode {
  Bytes32 bytes{};
  std::uint16_t flags = 0;
  bool as_text = false;
};

IdCode EncodeId(const std::string& id) {
  IdCode code;
  if (id.empty()) return code;
  if (auto digest = Digest::Parse(id); digest.has_value() && digest->algorithm() == DigestAlgorithm::sha256) {
    code.bytes = To32(*digest);
    code.flags = record::kImageHasId;
  } else if (auto plain = Digest::Parse("sha256:" + id); plain.has_value()) {
    code.bytes = To32(*plain);
    code.flags = record::kImageHasId | record::kImageIdPlain;
  } else {
    code.as_text = true;
  }
  return code;
}

std::uint32_t WholeSeconds(Duration interval) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(interval).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

std::uint16_t DigestFlags(const ImageInfo& info) {
  unsigned flags = 0;
  if (!info.digest.empty()) flags |= record::kImageHasDigest;
  if (!info.platform_digest.empty() && info.platform_digest == info.digest) flags |= record::kImageSamePlatformDigest;
  return static_cast<std::uint16_t>(flags);
}

fb::Facts MakeFacts(const ImageRecord& from, const IdCode& id, const record::PlatformCodes& platform, bool truncated) {
  const ImageInfo& info = from.info;
  const auto digest = To32(info.digest);
  const auto flags =
      static_cast<std::uint16_t>(DigestFlags(info) | id.flags | (truncated ? record::kImageLabelsTruncated : 0));
  const std::int64_t first_seen = info.first_seen.IsNone() ? 0 : record::ToMs(info.first_seen.ToTime());
  return fb::Facts(flatbuffers::make_span(digest), flatbuffers::make_span(id.bytes), info.created_at.unix_seconds(),
                   first_seen, record::ToMs(info.last_fetched), Ns(info.created_at), WholeSeconds(from.interval),
                   from.failures, flags, static_cast<std::uint8_t>(from.status), platform.os, platform.architecture,
                   platform.variant);
}

// The platform's digest where it is another than the tag's: as a struct, or as the bytes of a sha512 digest.
struct OwnPlatformDigest {
  explicit OwnPlatformDigest(const ImageInfo& info) {
    if (info.platform_digest.empty() || info.platform_digest == info.digest) return;
    if (info.platform_digest.algorithm() == DigestAlgorithm::sha256) {
      sha256.emplace(flatbuffers::make_span(To32(info.platform_digest)));
    } else {
      longer = info.platform_digest;
    }
  }
  const fb::Sha256* get() const { return sha256.has_value() ? &*sha256 : nullptr; }
  std::optional<fb::Sha256> sha256;
  Digest longer;
};

}  // namespace

std::string_view EntryStatusName(EntryStatus status) {
  switch (status) {
    case EntryStatus::image:
      return "image";
    case EntryStatus::excluded:
      return "excluded";
    case EntryStatus::missing:
      return "missing";
    case EntryStatus::pending:
      return "pending";
    case EntryStatus::failed:
      return "failed";
  }
  return "unknown";
}

EntryStatus StatusOf(const RecordHeader& header) {
  const unsigned status = header.flags & kStatusMask;
  return status >= static_cast<unsigned>(EntryStatus::image) && status <= static_cast<unsigned>(EntryStatus::failed)
             ? static_cast<EntryStatus>(status)
             : EntryStatus::failed;
}

bool SaysUnlisted(const RecordHeader& header) { return (header.flags & kGoneFlag) != 0; }

Key KeyOf(const ImageRecord& record) { return Key::Image(record.info.id.name().Canonical(), record.info.id.tag()); }

Result<std::vector<std::byte>> BuildImageRecord(const ImageRecord& from) {
  const ImageInfo& info = from.info;
  if (info.id.name().empty() || info.id.tag().empty()) {
    return Fail(Errc::invalid_argument, "'" + info.id.ToString() + "': a record is kept by name and tag");
  }
  // A tag that no specification allows: the last colon of a ref is where its tag begins.
  if (info.id.tag().find(':') != std::string::npos) {
    return Fail(Errc::invalid_argument, "'" + info.id.ToString() + "': a tag has no colon");
  }
  const std::string name = info.id.name().Canonical();
  const IdCode id = EncodeId(info.image_id);
  const auto platform = record::EncodePlatform(info.platform);
  const bool odd_platform = platform.os == record::kOther;
  const OwnPlatformDigest platform_digest(info);

  flatbuffers::FlatBufferBuilder builder(1024);
  bool truncated = info.labels_truncated;
  // An excluded entry has a reason instead, so that the largest record of either kind fits its page.
  const auto labels = from.status == EntryStatus::excluded ? flatbuffers::Offset<record::PackedLabels>()
                                                           : record::PutLabels(builder, info.labels, truncated);
  const auto ref = builder.CreateString(name + ':' + info.id.tag());
  const auto reason = Text(builder, Cut(from.excluded_reason, kMaxReasonBytes));
  const auto last_error = Text(builder, Cut(from.last_error, kMaxReasonBytes));
  const auto platform_text = Text(builder, odd_platform ? Cut(info.platform.ToString(), kMaxPlatformText) : "");
  const auto id_text = Text(builder, id.as_text ? Cut(info.image_id, kMaxDigestText) : "");
  const auto digest_long = PutLong(builder, info.digest);
  const auto platform_long = PutLong(builder, platform_digest.longer);
  const auto announced = Text(builder, Cut(from.announced, kMaxDigestText));
  const fb::Facts facts = MakeFacts(from, id, platform, truncated);
  builder.Finish(fb::CreateImage(
      builder, &facts, ref, labels, platform_digest.get(), info.label_times.created.unix_seconds(),
      Ns(info.label_times.created), info.label_times.build_date.unix_seconds(), Ns(info.label_times.build_date),
      info.annotation_created.unix_seconds(), Ns(info.annotation_created), last_error, reason,
      record::ToMs(from.gone_since), announced, platform_text, id_text, digest_long, platform_long));
  RecordHeader header;
  header.kind = RecordKind::image;
  const bool unlisted = from.gone_since != Time{} && from.failures == 0;
  header.flags = static_cast<std::uint16_t>(static_cast<unsigned>(from.status) | (unlisted ? kGoneFlag : 0U));
  header.deadline = from.deadline;
  header.expiry = from.expiry;
  return record::Finish(Key::Image(name, info.id.tag()), header, builder);
}

}  // namespace larder
