// Whatever a store holds, read as plain values: for the commands that look at every kind.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "console.h"
#include "larder/host_record.h"
#include "larder/image_record.h"
#include "larder/manifest_record.h"
#include "larder/marker.h"
#include "larder/repository_view.h"

namespace larder::tool {

struct AnyRecord {
  RecordHeader header;
  std::size_t bytes = 0;  // of the whole record
  std::variant<StoreMarker, RepositoryRecord, TagBlock, ImageRecord, ManifestFacts, HostRecord, LeaseRecord> value;
};

// Checksum, structure and key are checked. The errors are those of the reading of its kind. REQUIRES: 8-byte aligned.
Result<AnyRecord> ReadAny(const Key& key, std::span<const std::byte> record);

// Embedded stores have one.
std::optional<StoreMarker> MarkerOf(Store& store);
// The canonical name of the repository that the record is of; "" for the marker, facts by digest and hosts.
std::string RepositoryOf(const AnyRecord& record);
// What the record is of, as people name it: a ref, a repository, a digest, a host.
std::string SubjectOf(const AnyRecord& record);
// In a few words, for a line of a table.
std::string SummaryOf(const AnyRecord& record, Time now);

// What there is to say of a tag beside its facts: why it has none, or its last error; else "".
std::string NoteOf(const ImageRecord& image);
// "partial, stale, store full".
std::string StateOf(const RepositoryRecord& state, Time now);

// True where one of the globs matches the canonical name or, for Docker Hub, one of the short forms that people write:
// index.docker.io/library/alpine is also library/alpine and alpine.
bool NameMatches(const std::vector<std::string>& globs, const std::string& canonical);

}  // namespace larder::tool
