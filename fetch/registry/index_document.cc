#include "registry/index_document.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "registry/media_type.h"
#include "registry/platform_of.h"
#include "registry/printable.h"

namespace larder {
namespace {

bool IsAttestation(const json::Value& entry, const Platform& platform) {
  if (entry["annotations"]["vnd.docker.reference.type"].text() == "attestation-manifest") return true;
  return platform.os == "unknown" && platform.architecture == "unknown";
}

bool IsArtifact(const json::Value& entry) {
  const std::string_view artifact_type = entry["artifactType"].text();
  if (!artifact_type.empty() && !IsImageConfigType(artifact_type)) return true;
  const std::string_view media_type = entry["mediaType"].text();
  if (media_type.empty()) return false;
  const auto kind = KindOfMediaType(media_type);
  return !kind.has_value() || kind == ManifestKind::artifact;
}

ChildManifest ReadChild(const json::Value& entry, const Digest& digest) {
  ChildManifest child;
  child.digest = digest;
  child.platform = PlatformOf(entry["platform"]);
  const auto kind = KindOfMediaType(entry["mediaType"].text());
  child.is_index = kind == ManifestKind::oci_index || kind == ManifestKind::manifest_list;
  child.is_attestation = IsAttestation(entry, child.platform);
  child.is_artifact = IsArtifact(entry);
  if (const auto size = entry["size"].AsInt(); size.has_value() && *size > 0) {
    child.size = static_cast<std::uint64_t>(*size);
  }
  return child;
}

// The first kMaxChildren, images before what is none.
std::vector<ChildManifest> Bounded(const std::vector<ChildManifest>& all) {
  if (all.size() <= kMaxChildren) return all;
  std::vector<ChildManifest> kept;
  for (const bool images : {true, false}) {
    for (const ChildManifest& child : all) {
      if (kept.size() == kMaxChildren) return kept;
      if ((!child.is_attestation && !child.is_artifact) == images) kept.push_back(child);
    }
  }
  return kept;
}

}  // namespace

Result<void> ReadIndex(const json::Value& document, ManifestDocument& out) {
  const json::Value& manifests = document["manifests"];
  if (!manifests.IsArray()) return Fail(Errc::corruption, "its manifests are not a list");
  std::set<std::tuple<Digest, Platform>> seen;
  std::size_t unusable = 0;
  for (const json::Value& entry : manifests.items()) {
    const auto digest = Digest::Parse(entry["digest"].text());
    if (!digest.has_value()) {
      if (unusable++ == 0) out.facts.warnings.push_back("a child has the digest " + Quoted(entry["digest"].text()));
      continue;
    }
    ChildManifest child = ReadChild(entry, *digest);
    if (seen.emplace(child.digest, child.platform).second) out.children.push_back(std::move(child));
  }
  if (unusable > 0 && out.children.empty()) {
    return Fail(Errc::corruption, "none of its " + std::to_string(unusable) + " children has a usable digest");
  }
  out.facts.children = Bounded(out.children);
  out.facts.more_children = out.children.size() > out.facts.children.size();
  return {};
}

}  // namespace larder
