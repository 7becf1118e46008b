#include "registry/manifest_document.h"

#include "registry/digest_of.h"
#include "registry/index_document.h"
#include "registry/label_facts.h"
#include "registry/manifest_kind.h"
#include "registry/media_type.h"
#include "registry/printable.h"
#include "registry/schema1_document.h"

namespace larder {
namespace {

void Exclude(ManifestFacts& facts, std::string reason) {
  facts.kind = ManifestKind::artifact;
  facts.excluded_reason = std::move(reason);
}

// Why an image manifest holds no image; "" where it does.
std::string NoImageReason(const json::Value& document) {
  const std::string_view artifact_type = document["artifactType"].text();
  if (!artifact_type.empty() && !IsImageConfigType(artifact_type)) {
    return "an artifact of type " + Quoted(artifact_type) + ", not an image";
  }
  const std::string_view config_type = document["config"]["mediaType"].text();
  if (!config_type.empty() && !IsImageConfigType(config_type)) {
    return "an artifact with a config of type " + Quoted(config_type) + ", not an image";
  }
  const auto layers = document["layers"].items();
  for (const json::Value& layer : layers) {
    const std::string_view type = layer["mediaType"].text();
    if (type.empty() || IsLayerType(type)) return {};
  }
  if (layers.empty()) return {};
  return "an artifact with content of type " + Quoted(layers.front()["mediaType"].text()) + ", not an image";
}

Result<void> ReadImage(const json::Value& document, ManifestDocument& out) {
  const json::Value& config = document["config"];
  if (!config.IsObject()) return Fail(Errc::corruption, "it has no config");
  if (!document["layers"].IsNull() && !document["layers"].IsArray()) {
    return Fail(Errc::corruption, "its layers are not a list");
  }
  if (std::string reason = NoImageReason(document); !reason.empty()) {
    Exclude(out.facts, std::move(reason));
    return {};
  }
  auto digest = Digest::Parse(config["digest"].text());
  if (!digest.has_value()) {
    return Fail(Errc::corruption, "its config's digest is " + Quoted(config["digest"].text()));
  }
  out.config = *digest;
  if (const auto size = config["size"].AsInt(); size.has_value() && *size > 0) {
    out.config_size = static_cast<std::uint64_t>(*size);
  }
  out.facts.image_id = digest->ToString();
  return {};
}

Result<void> ReadBody(const json::Value& document, ManifestDocument& out) {
  switch (out.facts.kind) {
    case ManifestKind::schema1:
      return ReadSchema1(document, out.facts);
    case ManifestKind::manifest_list:
    case ManifestKind::oci_index:
      return ReadIndex(document, out);
    case ManifestKind::schema2:
    case ManifestKind::oci_manifest:
      return ReadImage(document, out);
    case ManifestKind::artifact:
      break;
  }
  const std::string_view type = document["artifactType"].text();
  Exclude(out.facts,
          type.empty() ? "an artifact, not an image" : "an artifact of type " + Quoted(type) + ", not an image");
  return {};
}

Result<ManifestDocument> Read(std::string_view content_type, std::string_view bytes, DigestAlgorithm algorithm) {
  LARDER_ASSIGN_OR_RETURN(const json::Document document, json::Parse(bytes));
  ManifestDocument out;
  LARDER_ASSIGN_OR_RETURN(out.facts.kind, DetectKind(content_type, document));
  if (out.facts.kind == ManifestKind::schema1) {
    LARDER_ASSIGN_OR_RETURN(const std::string payload, Schema1Payload(bytes));
    out.facts.digest = ComputeDigest(algorithm, payload);
  } else {
    out.facts.digest = ComputeDigest(algorithm, bytes);
  }
  out.facts.annotation_created = ReadNamedTime(document["annotations"], kLabelCreated, out.facts);
  LARDER_RETURN_IF_ERROR(ReadBody(document, out));
  return out;
}

}  // namespace

Result<ManifestDocument> ReadManifest(std::string_view content_type, std::string_view bytes,
                                      DigestAlgorithm algorithm) {
  auto document = Read(content_type, bytes, algorithm);
  if (!document.has_value()) return std::unexpected(std::move(document.error()).WithContext("manifest"));
  return document;
}

}  // namespace larder
