#include "record_json.h"

namespace larder::tool {
namespace {

std::uint64_t Seconds(Duration duration) { return static_cast<std::uint64_t>(duration / std::chrono::seconds(1)); }

void WriteInfo(JsonWriter& json, const ImageInfo& info) {
  json.Text("ID", info.id.ToString());
  json.TextIf("Digest", info.digest.ToString());
  json.TextIf("ImageID", info.image_id);
  json.Object("Labels");
  json.TimeIf(kLabelBuildDate, info.label_times.build_date);
  json.TimeIf(kLabelCreated, info.label_times.created);
  json.End();
  json.TimeIf("CreatedAt", info.created_at);
  json.TimeIf("LastFetched", info.last_fetched);
}

void Write(JsonWriter& json, const ImageRecord& record, Time) { WriteImage(json, record); }
void Write(JsonWriter& json, const RepositoryRecord& state, Time now) {
  WriteRepository(json, state, now);
  json.NumberIf("Generation", state.generation);
  json.NumberIf("Blocks", state.blocks);
}

void Write(JsonWriter& json, const StoreMarker& marker, Time) {
  json.Number("Format", marker.format);
  json.TimeIf("Created", marker.created);
  json.TimeIf("LastCollect", marker.last_collect);
  json.TimeIf("Floor", marker.floor);
}

void Write(JsonWriter& json, const TagBlock& block, Time) {
  json.Text("Name", block.name);
  json.Number("Generation", block.generation);
  json.Number("Block", block.block);
  json.Array("Tags");
  for (const auto& tag : block.tags) json.Text({}, tag);
  json.End();
}

void WriteChildren(JsonWriter& json, const ManifestFacts& facts) {
  json.Array("Children");
  for (const auto& child : facts.children) {
    json.Object();
    json.Text("Digest", child.digest.ToString());
    json.TextIf("Platform", child.platform.ToString());
    json.BoolIf("Index", child.is_index);
    json.BoolIf("Attestation", child.is_attestation);
    json.BoolIf("Artifact", child.is_artifact);
    json.NumberIf("Size", child.size);
    json.End();
  }
  json.End();
  json.BoolIf("MoreChildren", facts.more_children);
}

void WriteLabels(JsonWriter& json, const Labels& labels, bool truncated) {
  if (!labels.empty()) {
    json.Object("AllLabels");
    for (const auto& [name, value] : labels) json.Text(name, value);
    json.End();
  }
  json.BoolIf("LabelsTruncated", truncated);
}

void Write(JsonWriter& json, const ManifestFacts& facts, Time) {
  json.Text("Digest", facts.digest.ToString());
  json.Text("Type", ManifestKindName(facts.kind));
  json.TextIf("ExcludedReason", facts.excluded_reason);
  json.TextIf("ImageID", facts.image_id);
  json.TextIf("Platform", facts.platform.ToString());
  json.TimeIf("CreatedAt", facts.created);
  json.TimeIf("AnnotationCreated", facts.annotation_created);
  if (facts.IsIndex()) WriteChildren(json, facts);
  WriteLabels(json, facts.labels, facts.labels_truncated);
  json.Number("Interpreter", facts.interpreter);
}

void Write(JsonWriter& json, const HostRecord& host, Time) {
  json.Text("Host", host.host);
  if (host.rate > 0) json.Real("Rate", host.rate);
  json.TimeIf("CooldownUntil", host.cooldown_until);
  json.TimeIf("BanUntil", host.ban_until);
  json.TimeIf("PullBanUntil", host.pull_ban_until);
  json.TimeIf("NoHeadUntil", host.no_head_until);
  json.NumberIf("PageSize", host.page_size);
  if (host.remaining.has_value()) json.Real("Remaining", static_cast<double>(*host.remaining));
  if (host.limit.has_value()) json.Real("Limit", static_cast<double>(*host.limit));
  json.NumberIf("Window", Seconds(host.window));
  json.TimeIf("Seen", host.seen);
}

void Write(JsonWriter& json, const LeaseRecord& lease, Time) {
  json.Text("Name", lease.name);
  json.Text("Owner", lease.owner);
}

}  // namespace

void WriteImage(JsonWriter& json, const ImageRecord& record) {
  const ImageInfo& info = record.info;
  if (record.status == EntryStatus::excluded && !record.excluded_reason.empty()) {
    json.Text("ExcludedReason", record.excluded_reason);
    json.Text("ID", info.id.ToString());
  } else {
    WriteInfo(json, info);
  }
  json.Text("Status", EntryStatusName(record.status));
  json.TextIf("PlatformDigest", info.platform_digest.ToString());
  json.TextIf("Platform", info.platform.ToString());
  json.TimeIf("AnnotationCreated", info.annotation_created);
  json.TimeIf("FirstSeen", info.first_seen);
  json.TimeIf("NextCheck", record.deadline);
  json.NumberIf("Interval", Seconds(record.interval));
  json.NumberIf("Failures", record.failures);
  json.TextIf("LastError", record.last_error);
  json.TimeIf("GoneSince", record.gone_since);
  WriteLabels(json, info.labels, info.labels_truncated);
}

void WriteRepository(JsonWriter& json, const RepositoryRecord& state, Time now) {
  json.Text("Name", state.name.ToString());
  json.Text("State", CompletenessName(CompletenessOf(state)));
  json.Bool("Stale", IsStale(state, now));
  json.Number("Tags", state.counts.tags);
  json.Number("Known", state.counts.known);
  json.Number("Pending", state.counts.pending);
  json.Number("Failing", state.counts.failing);
  json.TimeIf("LastListed", state.last_listed);
  json.TimeIf("NextListing", state.deadline);
  json.NumberIf("Pages", state.pages);
  json.NumberIf("Skipped", state.skipped);
  json.BoolIf("Full", state.full);
  json.NumberIf("Failures", state.failures);
  json.TextIf("LastError", state.last_error);
  json.TimeIf("LastErrorAt", state.last_error_at);
}

void WriteRecord(JsonWriter& json, const AnyRecord& record, Time now, std::string_view name) {
  json.Object(name);
  json.Text("Kind", RecordKindName(record.header.kind));
  std::visit([&](const auto& value) { Write(json, value, now); }, record.value);
  json.TimeIf("Expiry", record.header.expiry);
  json.BoolIf("Expired", !IsLive(record.header, now));
  json.Number("Bytes", record.bytes);
  json.End();
}

void WriteBroken(JsonWriter& json, const Key& key, std::size_t bytes, const Error& error) {
  json.Object();
  json.Text("Kind", RecordKindName(key.kind()));
  json.Text("Key", key.ToHex());
  json.Text("Broken", error.ToString());
  json.Number("Bytes", bytes);
  json.End();
}

}  // namespace larder::tool
