// The records of a store as JSON: the same members wherever a command shows one.
#pragma once

#include "any_record.h"
#include "json_writer.h"

namespace larder::tool {

// The members of an image's record into the object that is open: Flux's entry (ID, Digest, ImageID, Labels, CreatedAt,
// LastFetched, or ExcludedReason), then Status, PlatformDigest, Platform, AnnotationCreated, FirstSeen, NextCheck,
// Interval (seconds), Failures, LastError, GoneSince, AllLabels and LabelsTruncated where there is something to say.
void WriteImage(JsonWriter& json, const ImageRecord& record);
// Name, State, Stale, counts, and what was said of the listings.
void WriteRepository(JsonWriter& json, const RepositoryRecord& state, Time now);

// A whole object: Kind, the members of that kind, Expiry, Expired where it is, and Bytes.
void WriteRecord(JsonWriter& json, const AnyRecord& record, Time now, std::string_view name = {});
// A record that cannot be read: Kind, Key, Broken (why), Bytes.
void WriteBroken(JsonWriter& json, const Key& key, std::size_t bytes, const Error& error);

}  // namespace larder::tool
