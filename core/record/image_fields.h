// The fields of an image payload, decoded one at a time: what ImageView and ImageSpan share.
#pragma once

#include <cstring>
#include <string_view>

#include "larder/image_record.h"
#include "record/fault.h"
#include "record/payload.h"

namespace larder::record {

// What stands before and after the last colon; a ref without one is all name, and no image's.
struct RefParts {
  std::string_view name;
  std::string_view tag;
};
inline RefParts RefOf(const fb::Image& image) {
  const std::string_view ref = View(image.ref());
  const auto* colon = static_cast<const char*>(memrchr(ref.data(), ':', ref.size()));
  if (colon == nullptr) return {ref, {}};
  const auto name_size = static_cast<std::size_t>(colon - ref.data());
  return {ref.substr(0, name_size), ref.substr(name_size + 1)};
}

Digest TagDigest(const fb::Image& image);
Digest PlatformDigest(const fb::Image& image);
std::string ImageId(const fb::Image& image);
Platform PlatformOf(const fb::Image& image);
LabelTimes LabelTimesOf(const fb::Image& image);
Timestamp AnnotationCreatedOf(const fb::Image& image);
inline Timestamp CreatedOf(const fb::Image& image) {
  return Timestamp(image.facts()->created_s(), static_cast<std::int32_t>(image.facts()->created_ns()));
}
// `id` as the info's name where it is given, else the canonical one.
ImageInfo InfoOf(const fb::Image& image, const ImageName* id);
ImageRecord RecordOf(const fb::Image& image, const RecordHeader& header);

// What the structure cannot say: codes and times are in range, and the name and tag are
Fault CheckImage(const Key& key, const fb::Image& image);                               // those of the key,
Fault CheckImage(std::string_view name, std::string_view tag, const fb::Image& image);  // these,
Fault CheckImage(std::string_view name, std::uint64_t item, const fb::Image& image);    // or of Key::item().

}  // namespace larder::record
