#include "larder/manifest.h"

namespace larder {

std::string_view ManifestKindName(ManifestKind kind) {
  switch (kind) {
    case ManifestKind::schema1:
      return "schema1";
    case ManifestKind::schema2:
      return "schema2";
    case ManifestKind::manifest_list:
      return "manifest_list";
    case ManifestKind::oci_manifest:
      return "oci_manifest";
    case ManifestKind::oci_index:
      return "oci_index";
    case ManifestKind::artifact:
      return "artifact";
  }
  return "unknown";
}

}  // namespace larder
