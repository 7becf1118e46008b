// Reading the children of a manifest list or OCI index.
#pragma once

#include "json/json.h"
#include "registry/manifest_document.h"

namespace larder {

// Fills out.children, out.facts.children and more_children. A child that is there twice counts once; one whose digest
// is of an unknown algorithm or malformed is left out with a warning. corruption where `manifests` is not a list.
Result<void> ReadIndex(const json::Value& document, ManifestDocument& out);

}  // namespace larder
