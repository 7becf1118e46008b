// The one place of core where nlohmann's JSON is included. Nothing here lets it throw: parsing without exceptions,
// look-ups by find, and bytes that are no UTF-8 replaced when writing.
#include <nlohmann/json.hpp>

#include "larder/image_info.h"

namespace larder {
namespace {

using Writer = nlohmann::ordered_json;
using Reader = nlohmann::json;

constexpr const char* kExcludedReason = "ExcludedReason";

void PutText(Writer& object, const std::string& name, std::string text) {
  if (!text.empty()) object[name] = std::move(text);
}

void PutTime(Writer& object, const std::string& name, const Timestamp& time) {
  if (!time.IsNone()) object[name] = FormatTimestamp(time);
}

std::string Print(const Writer& object) { return object.dump(-1, ' ', false, Writer::error_handler_t::replace); }

std::unexpected<Error> Refuse(const std::string& what) {
  return Fail(Errc::invalid_argument, "JSON of an image: " + what);
}

// The member's text; "" where it is absent or null.
Result<std::string> TextOf(const Reader& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return std::string();
  const auto* text = member->get_ptr<const std::string*>();
  if (text == nullptr) return Refuse(std::string(name) + " is not a text");
  return *text;
}

Result<Timestamp> TimeOf(const Reader& object, const char* name) {
  LARDER_ASSIGN_OR_RETURN(const std::string text, TextOf(object, name));
  if (text.empty()) return Timestamp();
  Result<Timestamp> time = ParseTimestamp(text);
  if (!time.has_value()) return Refuse(std::string(name) + ": " + time.error().message);
  return time;
}

Result<LabelTimes> LabelTimesOf(const Reader& object) {
  LabelTimes times;
  const auto labels = object.find("Labels");
  if (labels == object.end() || labels->is_null()) return times;
  if (!labels->is_object()) return Refuse("Labels is not an object");
  LARDER_ASSIGN_OR_RETURN(times.build_date, TimeOf(*labels, kLabelBuildDate.data()));
  LARDER_ASSIGN_OR_RETURN(times.created, TimeOf(*labels, kLabelCreated.data()));
  return times;
}

Result<ImageInfo> InfoOf(const Reader& object) {
  ImageInfo info;
  LARDER_ASSIGN_OR_RETURN(const std::string id, TextOf(object, "ID"));
  if (!id.empty()) {
    Result<ImageRef> ref = ImageRef::Parse(id);
    if (!ref.has_value()) return Refuse("ID: " + ref.error().message);
    info.id = std::move(*ref);
  }
  LARDER_ASSIGN_OR_RETURN(const std::string digest, TextOf(object, "Digest"));
  if (!digest.empty()) {
    Result<Digest> parsed = Digest::Parse(digest);
    if (!parsed.has_value()) return Refuse("Digest: " + parsed.error().message);
    info.digest = *parsed;
  }
  LARDER_ASSIGN_OR_RETURN(info.image_id, TextOf(object, "ImageID"));
  LARDER_ASSIGN_OR_RETURN(info.label_times, LabelTimesOf(object));
  LARDER_ASSIGN_OR_RETURN(info.created_at, TimeOf(object, "CreatedAt"));
  LARDER_ASSIGN_OR_RETURN(const Timestamp last_fetched, TimeOf(object, "LastFetched"));
  if (!last_fetched.IsNone()) info.last_fetched = last_fetched.ToTime();
  return info;
}

Result<Reader> ParseObject(std::string_view json) {
  Reader object = Reader::parse(json, nullptr, false);
  if (object.is_discarded()) return Refuse("it is not valid JSON");
  if (!object.is_object()) return Refuse("it is not an object");
  return object;
}

}  // namespace

std::string ToJson(const ImageInfo& info) {
  Writer object = Writer::object();
  object["ID"] = info.id.ToString();
  PutText(object, "Digest", info.digest.ToString());
  PutText(object, "ImageID", info.image_id);
  Writer& labels = object["Labels"] = Writer::object();
  PutTime(labels, std::string(kLabelBuildDate), info.label_times.build_date);
  PutTime(labels, std::string(kLabelCreated), info.label_times.created);
  PutTime(object, "CreatedAt", info.created_at);
  if (info.last_fetched != Time()) PutTime(object, "LastFetched", Timestamp::FromTime(info.last_fetched));
  return Print(object);
}

std::string ToJson(const ImageEntry& entry) {
  if (entry.excluded_reason.empty()) return ToJson(entry.info);
  Writer object = Writer::object();
  object[kExcludedReason] = entry.excluded_reason;
  return Print(object);
}

Result<ImageInfo> ParseImageInfoJson(std::string_view json) {
  LARDER_ASSIGN_OR_RETURN(const Reader object, ParseObject(json));
  return InfoOf(object);
}

Result<ImageEntry> ParseImageEntryJson(std::string_view json) {
  LARDER_ASSIGN_OR_RETURN(const Reader object, ParseObject(json));
  ImageEntry entry;
  LARDER_ASSIGN_OR_RETURN(entry.info, InfoOf(object));
  LARDER_ASSIGN_OR_RETURN(entry.excluded_reason, TextOf(object, kExcludedReason));
  return entry;
}

}  // namespace larder
