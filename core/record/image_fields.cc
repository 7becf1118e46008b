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
  if (facts.created_ns() >= kNanosecondsEnd || image.label_created_ns() >= kNanosecondsEnd ||
      image.build_date_ns() >= kNanosecondsEnd || image.annotation_created_ns() >= kNanosecondsEnd) {
    return Fault::nanoseconds;
  }
  return AreLabels(image.labels()) ? Fault::none : Fault::labels;
}

}  // namespace

Digest TagDigest(const fb::Image& image) {
  if (image.tag_digest_long() != nullptr) return Long(image.tag_digest_long());
  return (image.facts()->flags() & kImageHasDigest) != 0 ? Sha256(image.facts()->tag_digest()) : Digest();
}

Digest PlatformDigest(const fb::Image& image) {
  if ((image.facts()->flags() & kImageSamePlatformDigest) != 0) return TagDigest(image);
  if (image.platform_digest_long() != nullptr) return Long(image.platform_digest_long());
  return image.platform_digest() != nullptr ? Sha256(image.platform_digest()->bytes()) : Digest();
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
  LabelTimes times;
  times.build_date = MakeTimestamp(image.build_date_s(), image.build_date_ns());
  times.created = MakeTimestamp(image.label_created_s(), image.label_created_ns());
  return times;
}

Timestamp AnnotationCreatedOf(const fb::Image& image) {
  return MakeTimestamp(image.annotation_created_s(), image.annotation_created_ns());
}

ImageInfo InfoOf(const fb::Image& image, const ImageName* id) {
  const auto& facts = *image.facts();
  ImageInfo info;
  const RefParts ref = RefOf(image);
  ImageName name = id != nullptr ? *id : ImageName::Parse(ref.name).value_or(ImageName());
  info.id = ImageRef(std::move(name), std::string(ref.tag));
  info.digest = TagDigest(image);
  info.platform_digest = PlatformDigest(image);
  info.image_id = ImageId(image);
  info.label_times = LabelTimesOf(image);
  info.created_at = CreatedOf(image);
  info.last_fetched = ToTime(facts.last_checked_ms());
  info.platform = PlatformOf(image);
  info.annotation_created = AnnotationCreatedOf(image);
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
  record.gone_since = ToTime(image.gone_since_ms());
  record.deadline = header.deadline;
  record.expiry = header.expiry;
  return record;
}

Fault CheckImage(const Key& key, const fb::Image& image) {
  const RefParts ref = RefOf(image);
  if (Key::Image(ref.name, ref.tag) != key) return Fault::another;
  return CheckValues(image);
}

Fault CheckImage(std::string_view name, std::string_view tag, const fb::Image& image) {
  const RefParts ref = RefOf(image);
  if (ref.tag != tag || ref.name != name) return Fault::another;
  return CheckValues(image);
}

Fault CheckImage(std::string_view name, std::uint64_t item, const fb::Image& image) {
  const RefParts ref = RefOf(image);
  if (ref.name != name || Hash64(ref.tag) != item) return Fault::another;
  return CheckValues(image);
}

}  // namespace larder::record
