#include "image_json.h"

namespace larder::tool {
namespace {

void PutTime(Json& json, const char* name, Time time) {
  if (time != Time{}) json[name] = FormatTime(time);
}

ImageEntry EntryOf(const ImageRecord& record) {
  ImageEntry entry;
  entry.info = record.info;
  if (record.status == EntryStatus::excluded) entry.excluded_reason = record.excluded_reason;
  return entry;
}

}  // namespace

Json ImageJson(const ImageRecord& record) {
  // What core writes is whole JSON, so this cannot fail.
  Json json = Json::parse(ToJson(EntryOf(record)), nullptr, false);
  if (record.status != EntryStatus::image) json["ID"] = record.info.id.ToString();
  json["Status"] = EntryStatusName(record.status);
  const ImageInfo& info = record.info;
  if (!info.platform_digest.empty()) json["PlatformDigest"] = info.platform_digest.ToString();
  if (!info.platform.empty()) json["Platform"] = info.platform.ToString();
  if (!info.annotation_created.IsNone()) json["AnnotationCreated"] = FormatTimestamp(info.annotation_created);
  if (!info.first_seen.IsNone()) json["FirstSeen"] = FormatTimestamp(info.first_seen);
  PutTime(json, "NextCheck", record.deadline);
  if (record.interval != Duration::zero()) json["Interval"] = record.interval / std::chrono::seconds(1);
  if (record.failures > 0) json["Failures"] = record.failures;
  if (!record.last_error.empty()) json["LastError"] = record.last_error;
  PutTime(json, "GoneSince", record.gone_since);
  if (!info.labels.empty()) json["AllLabels"] = info.labels;
  if (info.labels_truncated) json["LabelsTruncated"] = true;
  return json;
}

std::string Pretty(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace larder::tool
