#include "record/image_fields.h"

#include <algorithm>

#include "record/codes.h"
#include "record/hash.h"
#include "record/labels.h"

namespace larder::record {
namespace {

constexpr std::size_t kSha256 = 32;

Digest Sha256(const flatbuffers::Array<std::uint8_t, kSha256>* bytes) {
  return Digest::FromBytes(DigestAlgorithm::sha256, {reinterpret_cast<const std::byte*>(bytes->data()), kSha256});
}

Digest Long(const flatbuffers::Vector<std::uint8_t>* bytes) {
  if (bytes == nullptr || bytes->size() != 64) return {};
  return Digest::FromBytes(DigestAlgorithm::sha512, {reinterpret_cast<const std::byte*>(bytes->data()), bytes->size()});
}

Timestamp MakeTimestamp(std::int64_t seconds, std::uint32_t nanoseconds) {
  return Timestamp(seconds, static_cast<std::int32_t>(nanoseconds));
}

Timestamp FirstSeen(const fb::Facts& facts) {
  return facts.first_seen_ms() == 0 ? Timestamp() : Timestamp::FromTime(ToTime(facts.first_seen_ms()));
}

Fault CheckValues(const fb::Image& image) {
  const auto& facts = *image.facts();
  const auto status = facts.status();
  if (status < static_cast<std::uint8_t>(EntryStatus::image) ||
      status > static_cast<std::uint8_t>(EntryStatus::failed)) {
    return Fault::status;
  }
  constexpr std::uint32_t kSecond = 1'000'000'000;
  if (facts.created_ns() >= kSecond || facts.build_date_ns() >= kSecond || facts.label_created_ns() >= kSecond ||
      facts.annotation_created_ns() >= kSecond) {
    return Fault::nanoseconds;
  }
  return Fault::none;
}

}  // namespace

Digest TagDigest(const fb::Image& image) {
  if (image.tag_digest_long() != nullptr) return Long(image.tag_digest_long());
  return (image.facts()->flags() & kImageHasDigest) != 0 ? Sha256(image.facts()->tag_digest()) : Digest();
}

Digest PlatformDigest(const fb::Image& image) {
  const auto flags = image.facts()->flags();
  if ((flags & kImageSamePlatformDigest) != 0) return TagDigest(image);
  if (image.platform_digest_long() != nullptr) return Long(image.platform_digest_long());
  return (flags & kImageHasPlatformDigest) != 0 ? Sha256(image.facts()->platform_digest()) : Digest();
}

std::string ImageId(const fb::Image& image) {
  if (image.image_id_text() != nullptr) return std::string(View(image.image_id_text()));
  const auto flags = image.facts()->flags();
  if ((flags & kImageHasId) == 0) return {};
  auto text = Sha256(image.facts()->image_id()).ToString();
  return (flags & kImageIdPlain) != 0 ? text.substr(std::string_view("sha256:").size()) : text;
}

Platform PlatformOf(const fb::Image& image) {
  if (image.platform() != nullptr) return Platform::Parse(View(image.platform())).value_or(Platform());
  PlatformCodes codes;
  codes.os = image.facts()->os();
  codes.architecture = image.facts()->architecture();
  codes.variant = image.facts()->variant();
  return DecodePlatform(codes);
}

LabelTimes LabelTimesOf(const fb::Image& image) {
  const auto& facts = *image.facts();
  LabelTimes times;
  times.build_date = MakeTimestamp(facts.build_date_s(), facts.build_date_ns());
  times.created = MakeTimestamp(facts.label_created_s(), facts.label_created_ns());
  return times;
}

ImageInfo InfoOf(const fb::Image& image, const ImageName* id) {
  const auto& facts = *image.facts();
  ImageInfo info;
  ImageName name = id != nullptr ? *id : ImageName::Parse(View(image.name())).value_or(ImageName());
  info.id = ImageRef(std::move(name), std::string(View(image.tag())));
  info.digest = TagDigest(image);
  info.platform_digest = PlatformDigest(image);
  info.image_id = ImageId(image);
  info.label_times = LabelTimesOf(image);
  info.created_at = CreatedOf(image);
  info.last_fetched = ToTime(facts.last_checked_ms());
  info.platform = PlatformOf(image);
  info.annotation_created = MakeTimestamp(facts.annotation_created_s(), facts.annotation_created_ns());
  info.first_seen = FirstSeen(facts);
  info.labels = ReadLabels(image.labels());
  info.labels_truncated = (facts.flags() & kImageLabelsTruncated) != 0;
  return info;
}

ImageRecord RecordOf(const fb::Image& image, const RecordHeader& header) {
  const auto& facts = *image.facts();
  ImageRecord record;
  record.status = static_cast<EntryStatus>(facts.status());
  record.info = InfoOf(image, nullptr);
  record.excluded_reason = View(image.reason());
  record.announced = View(image.announced());
  record.interval = std::chrono::seconds(facts.interval_s());
  record.failures = facts.failures();
  record.last_error = View(image.last_error());
  record.gone_since = ToTime(facts.gone_since_ms());
  record.deadline = header.deadline;
  record.expiry = header.expiry;
  return record;
}

Fault CheckImage(const Key& key, const fb::Image& image) {
  if (Key::Image(View(image.name()), View(image.tag())) != key) return Fault::another;
  return CheckValues(image);
}

Fault CheckImage(std::string_view name, std::string_view tag, const fb::Image& image) {
  if (View(image.tag()) != tag || View(image.name()) != name) return Fault::another;
  return CheckValues(image);
}

Fault CheckImage(std::string_view name, std::uint64_t item, const fb::Image& image) {
  if (View(image.name()) != name || Hash64(View(image.tag())) != item) return Fault::another;
  return CheckValues(image);
}

}  // namespace larder::record
