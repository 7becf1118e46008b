// The fields of an image payload, decoded one at a time: what ImageView and ImageSpan share.
#pragma once

#include "larder/image_record.h"
#include "record/fault.h"
#include "record/payload.h"

namespace larder::record {

Digest TagDigest(const fb::Image& image);
Digest PlatformDigest(const fb::Image& image);
std::string ImageId(const fb::Image& image);
Platform PlatformOf(const fb::Image& image);
LabelTimes LabelTimesOf(const fb::Image& image);
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
