#include "larder/manifest_record.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "record/codes.h"
#include "record/labels.h"
#include "record/milliseconds.h"
#include "record/payload.h"

namespace larder {
namespace {

// 64 children take 3,072 bytes; what is left holds texts for the odd ones.
constexpr std::size_t kChildTextBudget = 480;

bool FitsStruct(const ChildManifest& child) {
  return child.digest.algorithm() == DigestAlgorithm::sha256 &&
         record::EncodePlatform(child.platform).os != record::kOther;
}

fb::Child EncodeChild(const ChildManifest& child) {
  std::array<std::uint8_t, 32> digest{};
  unsigned flags = 0;
  record::PlatformCodes platform;
  if (FitsStruct(child)) {
    std::memcpy(digest.data(), child.digest.bytes().data(), digest.size());
    platform = record::EncodePlatform(child.platform);
  } else {
    flags |= record::kChildText;
  }
  if (child.is_index) flags |= record::kChildIndex;
  if (child.is_attestation) flags |= record::kChildAttestation;
  if (child.is_artifact) flags |= record::kChildArtifact;
  return fb::Child(flatbuffers::make_span(digest), child.size, static_cast<std::uint16_t>(flags), platform.os,
                   platform.architecture, platform.variant);
}

// The child of this struct and, where it says so, the next unread text.
Result<ChildManifest> DecodeChild(const fb::Child& from, const record::TextVector* texts,
                                  flatbuffers::uoffset_t& next) {
  ChildManifest child;
  child.size = from.size();
  child.is_index = (from.flags() & record::kChildIndex) != 0;
  child.is_attestation = (from.flags() & record::kChildAttestation) != 0;
  child.is_artifact = (from.flags() & record::kChildArtifact) != 0;
  if ((from.flags() & record::kChildText) == 0) {
    child.digest = Digest::FromBytes(
        DigestAlgorithm::sha256, {reinterpret_cast<const std::byte*>(from.digest()->data()), from.digest()->size()});
    record::PlatformCodes codes;
    codes.os = from.os();
    codes.architecture = from.architecture();
    codes.variant = from.variant();
    child.platform = record::DecodePlatform(codes);
    return child;
  }
  if (texts == nullptr || next >= texts->size()) return Fail(Errc::corruption, "a child without its text");
  const auto text = record::View(texts->Get(next++));
  const auto space = text.find(' ');
  LARDER_ASSIGN_OR_RETURN(child.digest, Digest::Parse(text.substr(0, space)));
  if (space != std::string_view::npos) child.platform = Platform::Parse(text.substr(space + 1)).value_or(Platform());
  return child;
}

struct PutChildren {
  flatbuffers::Offset<flatbuffers::Vector<const fb::Child*>> children;
  flatbuffers::Offset<record::TextVector> texts;
  bool more = false;
};

PutChildren Children(flatbuffers::FlatBufferBuilder& builder, const ManifestFacts& facts) {
  PutChildren put;
  put.more = facts.more_children;
  std::vector<fb::Child> structs;
  std::vector<flatbuffers::Offset<flatbuffers::String>> texts;
  std::size_t text_bytes = 0;
  for (const auto& child : facts.children) {
    if (structs.size() == kMaxChildren) {
      put.more = true;
      break;
    }
    if (!FitsStruct(child)) {
      const std::string text = child.digest.ToString() + " " + child.platform.ToString();
      if (text_bytes + text.size() > kChildTextBudget) {
        put.more = true;
        continue;
      }
      text_bytes += text.size() + 12;
      texts.push_back(builder.CreateString(text));
    }
    structs.push_back(EncodeChild(child));
  }
  if (!structs.empty()) put.children = builder.CreateVectorOfStructs(structs);
  if (!texts.empty()) put.texts = builder.CreateVector(texts);
  return put;
}

Timestamp Stamp(std::int64_t seconds, std::uint32_t nanoseconds) {
  return Timestamp(seconds, static_cast<std::int32_t>(nanoseconds));
}

}  // namespace

Result<std::vector<std::byte>> BuildManifestRecord(const ManifestFacts& facts, Time expiry) {
  if (facts.digest.empty()) return Fail(Errc::invalid_argument, "facts without a digest");
  flatbuffers::FlatBufferBuilder builder(2048);
  const auto digest = builder.CreateString(facts.digest.ToString());
  const auto children = Children(builder, facts);
  bool truncated = facts.labels_truncated;
  // Children and labels never come together: a document is an index or an image.
  const auto labels = facts.children.empty() ? record::PutLabels(builder, facts.labels, truncated)
                                             : flatbuffers::Offset<record::PackedLabels>();
  const auto image_id = record::Text(builder, record::Cut(facts.image_id, 140));
  const auto platform = record::Text(builder, record::Cut(facts.platform.ToString(), 96));
  const auto reason =
      record::Text(builder, record::Cut(facts.excluded_reason, facts.children.empty() ? kMaxReasonBytes : 128));
  builder.Finish(fb::CreateManifest(
      builder, digest, static_cast<std::uint8_t>(facts.kind), facts.interpreter, children.children, children.texts,
      children.more, image_id, platform, facts.created.unix_seconds(), record::Ns(facts.created),
      facts.label_times.build_date.unix_seconds(), record::Ns(facts.label_times.build_date),
      facts.label_times.created.unix_seconds(), record::Ns(facts.label_times.created),
      facts.annotation_created.unix_seconds(), record::Ns(facts.annotation_created), labels, truncated, reason));
  RecordHeader header;
  header.kind = RecordKind::manifest;
  header.expiry = expiry;
  return record::Finish(Key::Manifest(facts.digest), header, builder);
}

Result<ManifestFacts> ReadManifestRecord(const Key& key, std::span<const std::byte> bytes) {
  auto header = record::VerifyWhole<fb::Manifest>(key, bytes);
  if (!header.has_value()) return std::unexpected<Error>(std::move(header).error());
  const auto& root = record::RootOf<fb::Manifest>(bytes);
  ManifestFacts facts;
  auto digest = Digest::Parse(record::View(root.digest()));
  if (!digest.has_value() || Key::Manifest(*digest) != key) return Fail(Errc::corruption, "facts of another digest");
  facts.digest = *digest;
  facts.kind = static_cast<ManifestKind>(root.kind());
  facts.interpreter = root.interpreter();
  if (facts.interpreter != kInterpreterVersion) {
    return Fail(Errc::unsupported, "facts read by another version of the interpreter");
  }
  facts.more_children = root.more_children();
  if (root.children() != nullptr) {
    // FlatBuffers' verifier looks at the alignment of the vector's length alone.
    if (reinterpret_cast<std::uintptr_t>(root.children()->Data()) % alignof(fb::Child) != 0) {
      return Fail(Errc::corruption, "children that do not lie as structs do");
    }
    flatbuffers::uoffset_t next = 0;
    for (const auto* child : *root.children()) {
      LARDER_ASSIGN_OR_RETURN(auto decoded, DecodeChild(*child, root.child_texts(), next));
      facts.children.push_back(std::move(decoded));
    }
  }
  facts.image_id = record::View(root.image_id());
  if (root.platform() != nullptr) facts.platform = Platform::Parse(record::View(root.platform())).value_or(Platform());
  for (const auto nanoseconds :
       {root.created_ns(), root.build_date_ns(), root.label_created_ns(), root.annotation_created_ns()}) {
    if (nanoseconds >= record::kNanosecondsEnd) return Fail(Errc::corruption, "nanoseconds over a second");
  }
  facts.created = Stamp(root.created_s(), root.created_ns());
  facts.label_times.build_date = Stamp(root.build_date_s(), root.build_date_ns());
  facts.label_times.created = Stamp(root.label_created_s(), root.label_created_ns());
  facts.annotation_created = Stamp(root.annotation_created_s(), root.annotation_created_ns());
  if (!record::AreLabels(root.labels())) return Fail(Errc::corruption, "labels that cannot be read");
  facts.labels = record::ReadLabels(root.labels());
  facts.labels_truncated = root.labels_truncated();
  facts.excluded_reason = record::View(root.reason());
  return facts;
}

Result<ManifestFacts> ReadManifestRecord(const Digest& digest, std::span<const std::byte> bytes) {
  auto facts = ReadManifestRecord(Key::Manifest(digest), bytes);
  if (facts.has_value() && facts->digest != digest) return Fail(Errc::corruption, "facts of another digest");
  return facts;
}

}  // namespace larder
