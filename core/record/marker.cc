#include "larder/marker.h"

#include <string>

#include "record/payload.h"

namespace larder {

std::vector<std::byte> MakeMarker(const StoreMarker& marker) {
  flatbuffers::FlatBufferBuilder builder(128);
  builder.Finish(fb::CreateMarker(builder, marker.format, record::ToMs(marker.created),
                                  record::ToMs(marker.last_collect), record::ToMs(marker.floor)));
  RecordHeader header;
  header.kind = RecordKind::marker;
  // A few dozen bytes: it always fits.
  return record::Finish(Key::Marker(), header, builder).value();
}

Result<StoreMarker> ReadMarker(std::span<const std::byte> bytes) {
  auto header = record::VerifyWhole<fb::Marker>(Key::Marker(), bytes);
  if (!header.has_value()) {
    Error error = std::move(header).error().WithContext("the store's marker");
    error.message += error.code == Errc::corruption ? "; the store is damaged: move it away, it is filled again"
                                                    : "; use the release that wrote it, or another path";
    return std::unexpected<Error>(std::move(error));
  }
  const auto& root = record::RootOf<fb::Marker>(bytes);
  if (root.format() > kFormatVersion) {
    return Fail(Errc::unsupported, "the store has format " + std::to_string(root.format()) +
                                       ", written by a newer release; " + "this one reads up to " +
                                       std::to_string(kFormatVersion) + ": use that release, or another path");
  }
  StoreMarker marker;
  marker.format = root.format();
  marker.created = record::ToTime(root.created_ms());
  marker.last_collect = record::ToTime(root.last_collect_ms());
  marker.floor = record::ToTime(root.floor_ms());
  return marker;
}

}  // namespace larder
