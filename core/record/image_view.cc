#include "larder/image_view.h"

#include "record/fault.h"
#include "record/image_fields.h"
#include "record/labels.h"
#include "record/payload.h"
#include "record/verify_image.h"

namespace larder {
namespace {

const fb::Image& Root(const RecordBuf& record) { return record::RootOf<fb::Image>(record.bytes()); }
const fb::Image& Root(std::span<const std::byte> record) { return record::RootOf<fb::Image>(record); }

// `what`: those of CheckImage's arguments that come before the image. `header` is filled where nothing is wrong.
template <class... What>
record::Fault CheckWhole(const Key& key, std::span<const std::byte> record, RecordHeader& header, const What&... what) {
  if (const auto fault = record::CheckRecord(key, record, header); fault != record::Fault::none) return fault;
  if (!record::IsWellFormedImage(PayloadOf(record))) return record::Fault::payload;
  return record::CheckImage(what..., Root(record));
}

ImageEntry EntryOf(const ImageRecord& record) {
  ImageEntry entry;
  entry.info = record.info;
  switch (record.status) {
    case EntryStatus::image:
      break;
    case EntryStatus::excluded:
      entry.excluded_reason = record.excluded_reason;
      break;
    case EntryStatus::missing:
      entry.excluded_reason = "the registry has no such image";
      break;
    case EntryStatus::pending:
      entry.excluded_reason = "not fetched yet";
      break;
    case EntryStatus::failed:
      entry.excluded_reason = record.last_error;
      break;
  }
  if (record.status != EntryStatus::image && entry.excluded_reason.empty()) entry.excluded_reason = "unknown";
  return entry;
}

}  // namespace

Result<ImageView> ImageView::Make(const Key& key, RecordBuf&& record) {
  RecordHeader header;
  if (const auto fault = CheckWhole(key, record.bytes(), header, key); fault != record::Fault::none) {
    return record::FailFor(fault, record.bytes());
  }
  return ImageView(std::move(record), header);
}

Result<void> ImageView::Check(const Key& key, std::string_view name, std::string_view tag) {
  const auto bytes = record_.bytes();
  if (const auto fault = CheckWhole(key, bytes, header_, name, tag); fault != record::Fault::none) {
    return record::FailFor(fault, bytes);
  }
  return {};
}

EntryStatus ImageView::status() const { return static_cast<EntryStatus>(Root(record_).facts()->status()); }
std::string_view ImageView::name() const { return record::RefOf(Root(record_)).name; }
std::string_view ImageView::tag() const { return record::RefOf(Root(record_)).tag; }
Digest ImageView::digest() const { return record::TagDigest(Root(record_)); }
Digest ImageView::platform_digest() const { return record::PlatformDigest(Root(record_)); }
std::string ImageView::image_id() const { return record::ImageId(Root(record_)); }
Timestamp ImageView::created() const { return record::CreatedOf(Root(record_)); }
LabelTimes ImageView::label_times() const { return record::LabelTimesOf(Root(record_)); }
Timestamp ImageView::annotation_created() const { return record::AnnotationCreatedOf(Root(record_)); }
Time ImageView::first_seen() const { return record::ToTime(Root(record_).facts()->first_seen_ms()); }
Time ImageView::last_checked() const { return record::ToTime(Root(record_).facts()->last_checked_ms()); }
Platform ImageView::platform() const { return record::PlatformOf(Root(record_)); }

std::optional<std::string> ImageView::label(std::string_view name) const {
  return record::FindLabel(Root(record_).labels(), name);
}

void ImageView::VisitLabels(const std::function<void(std::string_view, std::string_view)>& visit) const {
  record::VisitLabels(Root(record_).labels(), visit);
}

Duration ImageView::interval() const { return std::chrono::seconds(Root(record_).facts()->interval_s()); }
std::uint32_t ImageView::failures() const { return Root(record_).facts()->failures(); }
std::string_view ImageView::excluded_reason() const { return record::View(Root(record_).reason()); }
std::string_view ImageView::last_error() const { return record::View(Root(record_).last_error()); }

ImageInfo ImageView::ToInfo() const { return record::InfoOf(Root(record_), nullptr); }
ImageInfo ImageView::ToInfo(const ImageName& id) const { return record::InfoOf(Root(record_), &id); }
ImageRecord ImageView::ToRecord() const { return record::RecordOf(Root(record_), header_); }
ImageEntry ImageView::ToEntry() const { return EntryOf(ToRecord()); }

Result<ImageSpan> ImageSpan::Make(const Key& key, std::span<const std::byte> record) {
  RecordHeader header;
  if (const auto fault = CheckWhole(key, record, header, key); fault != record::Fault::none) {
    return record::FailFor(fault, record);
  }
  return ImageSpan(header, record);
}

Result<ImageSpan> ImageSpan::Make(const Key& key, std::string_view name, std::span<const std::byte> record) {
  RecordHeader header;
  if (const auto fault = CheckWhole(key, record, header, name, key.item()); fault != record::Fault::none) {
    return record::FailFor(fault, record);
  }
  return ImageSpan(header, record);
}

EntryStatus ImageSpan::status() const { return static_cast<EntryStatus>(Root(record_).facts()->status()); }
std::string_view ImageSpan::name() const { return record::RefOf(Root(record_)).name; }
std::string_view ImageSpan::tag() const { return record::RefOf(Root(record_)).tag; }
Digest ImageSpan::digest() const { return record::TagDigest(Root(record_)); }
Timestamp ImageSpan::created() const { return record::CreatedOf(Root(record_)); }
Time ImageSpan::last_checked() const { return record::ToTime(Root(record_).facts()->last_checked_ms()); }
ImageRecord ImageSpan::ToRecord() const { return record::RecordOf(Root(record_), header_); }
ImageInfo ImageSpan::ToInfo() const { return record::InfoOf(Root(record_), nullptr); }

}  // namespace larder
