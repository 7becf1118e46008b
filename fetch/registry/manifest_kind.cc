#include "registry/manifest_kind.h"

#include <optional>

#include "registry/media_type.h"
#include "registry/printable.h"

namespace larder {
namespace {

// How a document looks: members that only one family of documents has.
struct Shape {
  bool schema1, index, image, artifact;
};

Shape ShapeOf(const json::Value& document) {
  const auto has = [&](std::string_view name) { return !document[name].IsNull(); };
  return Shape{has("fsLayers") || has("history"), has("manifests"), has("config") || has("layers"), has("blobs")};
}

bool Fits(const Shape& shape, ManifestKind kind) {
  switch (kind) {
    case ManifestKind::schema1:
      return shape.schema1;
    case ManifestKind::manifest_list:
    case ManifestKind::oci_index:
      return shape.index;
    case ManifestKind::schema2:
    case ManifestKind::oci_manifest:
      return shape.image;
    case ManifestKind::artifact:
      return !shape.schema1 && !shape.index && !shape.image;
  }
  return false;
}

// 1 and 2 as numbers or, as some tools write them, as texts; 0 where there is none.
Result<int> SchemaVersion(const json::Value& document) {
  const json::Value& version = document["schemaVersion"];
  if (version.IsNull()) return 0;
  if (version.AsInt() == 1 || version.text() == "1") return 1;
  if (version.AsInt() == 2 || version.text() == "2") return 2;
  const auto number = version.AsInt();
  return Fail(Errc::unsupported,
              "schemaVersion " + (number ? std::to_string(*number) : Quoted(version.text())) + "; known are 1 and 2");
}

ManifestKind KindOfShape(const Shape& shape, const json::Value& document) {
  if (shape.schema1) return ManifestKind::schema1;
  if (shape.index) return ManifestKind::oci_index;  // a manifest list always says that it is one
  if (shape.artifact) return ManifestKind::artifact;
  const bool docker = document["config"]["mediaType"].text() == "application/vnd.docker.container.image.v1+json";
  return docker ? ManifestKind::schema2 : ManifestKind::oci_manifest;
}

}  // namespace

Result<ManifestKind> DetectKind(std::string_view content_type, const json::Value& document) {
  if (!document.IsObject()) return Fail(Errc::corruption, "not a JSON object");
  const Shape shape = ShapeOf(document);
  if (int{shape.schema1} + int{shape.index} + int{shape.image} + int{shape.artifact} > 1) {
    return Fail(Errc::corruption, "ambiguous: it has members of several kinds of documents together");
  }
  LARDER_ASSIGN_OR_RETURN(const int version, SchemaVersion(document));

  const std::string sent = WithoutParameters(content_type);
  const std::optional<ManifestKind> sent_kind = KindOfMediaType(sent);
  const std::string_view said = document["mediaType"].text();
  const std::optional<ManifestKind> said_kind = KindOfMediaType(said);
  if (!said.empty() && sent_kind.has_value() && said_kind != sent_kind) {
    return Fail(Errc::corruption, "it was sent as " + Quoted(sent) + " and calls itself " + Quoted(said));
  }
  if (!said.empty() && !said_kind.has_value()) {
    return Fail(Errc::unsupported, "media type " + Quoted(said) + " is no manifest's");
  }

  const std::optional<ManifestKind> stated = said_kind.has_value() ? said_kind : sent_kind;
  if (!stated.has_value()) {
    if (!shape.schema1 && !shape.index && !shape.image && !shape.artifact) {
      return Fail(Errc::corruption, "no manifest: it has none of a manifest's members");
    }
    const ManifestKind kind = KindOfShape(shape, document);
    if (version != 0 && (version == 1) != (kind == ManifestKind::schema1)) {
      return Fail(Errc::corruption, "schemaVersion " + std::to_string(version) + " with the members of " +
                                        std::string(ManifestKindName(kind)));
    }
    return kind;
  }
  if (!Fits(shape, *stated) || (version != 0 && (version == 1) != (*stated == ManifestKind::schema1))) {
    return Fail(Errc::corruption,
                "it is called " + std::string(ManifestKindName(*stated)) + " and does not look like one");
  }
  return *stated;
}

}  // namespace larder
