#include "any_record.h"

#include "larder/glob.h"
#include "larder/image_view.h"
#include "words.h"

namespace larder::tool {
namespace {

template <class... Visits>
struct Overloaded : Visits... {
  using Visits::operator()...;
};
template <class... Visits>
Overloaded(Visits...) -> Overloaded<Visits...>;

template <class T>
Result<AnyRecord> Made(const RecordHeader& header, std::size_t bytes, Result<T> value) {
  if (!value.has_value()) return std::unexpected<Error>(std::move(value).error());
  return AnyRecord{header, bytes, std::move(*value)};
}

Result<ImageRecord> ReadImage(const Key& key, std::span<const std::byte> record) {
  LARDER_ASSIGN_OR_RETURN(const auto image, ImageSpan::Make(key, record));
  return image.ToRecord();
}

std::string SummaryOfImage(const ImageRecord& image, Time now) {
  const std::string note = NoteOf(image);
  if (image.status != EntryStatus::image) return note;
  std::string text = ShortDigest(image.info.digest.ToString()) + " " + image.info.platform.ToString();
  if (!image.info.created_at.IsNone()) text += ", made " + Relative(image.info.created_at, now);
  return note.empty() ? text : text + "; " + note;
}

std::string SummaryOfHost(const HostRecord& host, Time now) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (host.ban_until > now) add("asked again " + Relative(host.ban_until, now));
  if (host.pull_ban_until > now) add("pulls again " + Relative(host.pull_ban_until, now));
  if (host.remaining.has_value() && *host.remaining >= 0) {
    add(Counted(static_cast<std::uint64_t>(*host.remaining), "pull", "pulls") + " left");
  }
  return text.empty() ? "no limit met" : text;
}

}  // namespace

Result<AnyRecord> ReadAny(const Key& key, std::span<const std::byte> record) {
  LARDER_ASSIGN_OR_RETURN(const auto header, ReadHeader(key, record));  // the readers below verify the rest
  switch (key.kind()) {
    case RecordKind::marker:
      return Made(header, record.size(), ReadMarker(record));
    case RecordKind::repository:
      return Made(header, record.size(), ReadRepositoryRecord(key, {}, record));
    case RecordKind::tags:
      return Made(header, record.size(), ReadTagBlock(key, {}, record));
    case RecordKind::image:
      return Made(header, record.size(), ReadImage(key, record));
    case RecordKind::manifest:
      return Made(header, record.size(), ReadManifestRecord(key, record));
    case RecordKind::host:
      return Made(header, record.size(), ReadHostRecord(key, record));
    case RecordKind::lease:
      return Made(header, record.size(), ReadLeaseRecord(key, record));
  }
  return Fail(Errc::unsupported, "a kind of record that this release does not know");
}

std::optional<StoreMarker> MarkerOf(Store& store) {
  RecordBuf buffer;
  if (!store.Get(Key::Marker(), buffer).has_value()) return std::nullopt;
  const auto marker = ReadMarker(buffer.bytes());
  return marker.has_value() ? std::optional(*marker) : std::nullopt;
}

std::string RepositoryOf(const AnyRecord& record) {
  return std::visit(
      Overloaded{[](const RepositoryRecord& state) { return state.name.Canonical(); },
                 [](const TagBlock& block) { return block.name; },
                 [](const ImageRecord& image) { return image.info.id.name().Canonical(); },
                 [](const LeaseRecord& lease) { return lease.name; }, [](const auto&) { return std::string(); }},
      record.value);
}

std::string SubjectOf(const AnyRecord& record) {
  return std::visit(
      Overloaded{[](const StoreMarker&) { return std::string("the store"); },
                 [](const RepositoryRecord& state) { return state.name.ToString(); },
                 [](const TagBlock& block) { return block.name + ", block " + std::to_string(block.block); },
                 [](const ImageRecord& image) { return image.info.id.ToString(); },
                 [](const ManifestFacts& facts) { return facts.digest.ToString(); },
                 [](const HostRecord& host) { return host.host; }, [](const LeaseRecord& lease) { return lease.name; }},
      record.value);
}

std::string SummaryOf(const AnyRecord& record, Time now) {
  return std::visit(Overloaded{[&](const StoreMarker& marker) { return "made " + Relative(marker.created, now); },
                               [](const RepositoryRecord& state) {
                                 const std::string counted = Counted(state.counts.tags, "tag", "tags");
                                 const std::string error =
                                     state.last_error.empty() ? "" : "; last error: " + state.last_error;
                                 return std::string(CompletenessName(CompletenessOf(state))) + ", " + counted + error;
                               },
                               [](const TagBlock& block) { return Counted(block.tags.size(), "tag", "tags"); },
                               [&](const ImageRecord& image) { return SummaryOfImage(image, now); },
                               [](const ManifestFacts& facts) {
                                 std::string text(ManifestKindName(facts.kind));
                                 if (facts.IsIndex())
                                   return text + ", " + Counted(facts.children.size(), "child", "children");
                                 return text + (facts.excluded_reason.empty() ? ", " + facts.platform.ToString()
                                                                              : ", excluded: " + facts.excluded_reason);
                               },
                               [&](const HostRecord& host) { return SummaryOfHost(host, now); },
                               [](const LeaseRecord& lease) { return "refreshed by " + lease.owner; }},
                    record.value);
}

std::string NoteOf(const ImageRecord& image) {
  switch (image.status) {
    case EntryStatus::image:
      return image.last_error.empty() ? "" : "last error: " + image.last_error;
    case EntryStatus::excluded:
      return "excluded: " + image.excluded_reason;
    case EntryStatus::missing:
      return "the registry has no such image";
    case EntryStatus::pending:
      return "not fetched yet";
    case EntryStatus::failed:
      return "failing: " + image.last_error;
  }
  return {};
}

std::string StateOf(const RepositoryRecord& state, Time now) {
  std::string text(CompletenessName(CompletenessOf(state)));
  if (IsStale(state, now)) text += ", stale";
  if (state.full) text += ", store full";
  return text;
}

bool NameMatches(const std::vector<std::string>& globs, const std::string& canonical) {
  if (AnyGlobMatches(globs, canonical)) return true;
  std::string_view name = canonical;
  for (const std::string_view prefix : {"index.docker.io/", "library/"}) {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    if (AnyGlobMatches(globs, name)) return true;
  }
  return false;
}

}  // namespace larder::tool
