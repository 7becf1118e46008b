// One tag's record, read in place: what Cache hands out. Nothing is decoded until it is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "larder/api.h"
#include "larder/image_record.h"
#include "larder/record.h"

namespace LARDER_API larder {

// Owns its bytes (inline to 1,024), pins nothing in the store. Movable. Safe to read from many threads at once; the
// string views it gives live as long as it does and is not moved. What is not known is empty, none or 0 (see status).
class ImageView {
  struct Unread {
    explicit Unread() = default;
  };

 public:
  // Checks checksum, structure and key. corruption where anything is wrong; unsupported for a newer format.
  static Result<ImageView> Make(const Key& key, RecordBuf&& record);

  // For Cache, which reads into the view that it hands out: a record is copied once.
  explicit ImageView(Unread) {}
  ImageView(ImageView&&) noexcept = default;
  ImageView& operator=(ImageView&&) noexcept = default;

  EntryStatus status() const;
  std::string_view name() const;  // canonical
  std::string_view tag() const;
  Digest digest() const;           // what HEAD of the tag answers
  Digest platform_digest() const;  // the manifest of the chosen platform
  std::string image_id() const;
  Timestamp created() const;
  LabelTimes label_times() const;
  Timestamp annotation_created() const;
  Time first_seen() const;
  Time last_checked() const;
  Platform platform() const;
  // nullopt where the image has no such label, or it was not kept. A copy: some values are kept in fewer bytes.
  std::optional<std::string> label(std::string_view name) const;
  // Both die with the call. In the order of the record; of a name that a foreign record repeats label() gives the
  // first.
  void VisitLabels(const std::function<void(std::string_view name, std::string_view value)>& visit) const;

  Time deadline() const { return header_.deadline; }
  Time expiry() const { return header_.expiry; }
  Duration interval() const;
  std::uint32_t failures() const;
  std::string_view excluded_reason() const;
  std::string_view last_error() const;
  std::size_t record_bytes() const { return record_.size(); }

  // Plain values. `id` becomes the info's ref, spelled as the caller spells it; by default the canonical name.
  ImageInfo ToInfo() const;
  ImageInfo ToInfo(const ImageName& id) const;
  ImageEntry ToEntry() const;
  ImageRecord ToRecord() const;

 private:
  friend class Cache;
  ImageView(RecordBuf&& record, const RecordHeader& header) : header_(header), record_(std::move(record)) {}
  // As Make, of what record_ holds, and that it is of this name and tag.
  Result<void> Check(const Key& key, std::string_view name, std::string_view tag);

  RecordHeader header_;
  RecordBuf record_;
};

// The same reading of bytes that somebody else holds (a Reader's span): for visitors. Dies with the bytes.
class ImageSpan {
 public:
  // As ImageView::Make, without copying. REQUIRES: 8-byte aligned.
  static Result<ImageSpan> Make(const Key& key, std::span<const std::byte> record);
  // The same of a repository's record: `name` is its canonical name. Costs less, for the name is compared, not hashed.
  // REQUIRES besides: `key` is one of that repository's.
  static Result<ImageSpan> Make(const Key& key, std::string_view name, std::span<const std::byte> record);

  const RecordHeader& header() const { return header_; }
  EntryStatus status() const;
  std::string_view name() const;
  std::string_view tag() const;
  Digest digest() const;
  Timestamp created() const;
  Time last_checked() const;
  ImageRecord ToRecord() const;
  ImageInfo ToInfo() const;

 private:
  ImageSpan(const RecordHeader& header, std::span<const std::byte> record) : header_(header), record_(record) {}
  RecordHeader header_;
  std::span<const std::byte> record_;
};

}  // namespace larder
