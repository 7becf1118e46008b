// What is known of one image, as plain values. These are copies for hosts and tools; the read path hands out views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/digest.h"
#include "larder/image_ref.h"
#include "larder/platform.h"
#include "larder/time.h"

namespace LARDER_API larder {

// The two label times that Flux reads.
inline constexpr std::string_view kLabelBuildDate = "org.label-schema.build-date";
inline constexpr std::string_view kLabelCreated = "org.opencontainers.image.created";

struct LabelTimes {
  Timestamp build_date;  // org.label-schema.build-date
  Timestamp created;     // org.opencontainers.image.created
  friend bool operator==(const LabelTimes&, const LabelTimes&) = default;
};

// Labels kept by name, at most kMaxLabelBytes of names and values together (what is over is dropped, whole labels at a
// time, and labels_truncated set): a record is never longer than a page.
using Labels = std::map<std::string, std::string, std::less<>>;
inline constexpr std::size_t kMaxLabelBytes = 2048;

// The facts of one image, with Flux's fields first.
struct ImageInfo {
  ImageRef id;           // name and tag
  Digest digest;         // what HEAD of the tag answers: the index's where there is one
  std::string image_id;  // the config's digest (schema1: of its v1 id), as text; "" unknown
  LabelTimes label_times;
  Timestamp created_at;  // the config's `created`
  Time last_fetched{};   // when the registry was last asked with an answer; epoch = never

  Digest platform_digest;  // the manifest of the chosen platform; equals digest where there is no index
  Platform platform;
  Timestamp annotation_created;  // org.opencontainers.image.created among annotations of index or manifest
  Timestamp first_seen;          // when a listing or a question first had it; to the millisecond
  Labels labels;
  bool labels_truncated = false;

  friend bool operator==(const ImageInfo&, const ImageInfo&) = default;
};

// An image, or why it is excluded: exactly what Flux calls ImageEntry.
struct ImageEntry {
  ImageInfo info;               // meaningful only where excluded_reason is empty (but info.id is always set)
  std::string excluded_reason;  // at most kMaxReasonBytes
  friend bool operator==(const ImageEntry&, const ImageEntry&) = default;
};
inline constexpr std::size_t kMaxReasonBytes = 512;

// Flux's JSON of an image info: ID, Digest, ImageID, Labels, CreatedAt, LastFetched. As there, zero times and empty
// texts are left out, but ID and Labels are always written. What Flux does not know is not written: this is no dump.
std::string ToJson(const ImageInfo& info);
// Either the info's JSON or {"ExcludedReason": "..."}: the id of an excluded image is not in it, as in Flux.
std::string ToJson(const ImageEntry& entry);
// Reads what ToJson writes and what Flux wrote. Unknown members are ignored, null ones count as absent; a bad time, ref
// or digest, and a member of the wrong type, is invalid_argument. LastFetched is rounded down to a millisecond.
Result<ImageInfo> ParseImageInfoJson(std::string_view json);
Result<ImageEntry> ParseImageEntryJson(std::string_view json);

}  // namespace larder
