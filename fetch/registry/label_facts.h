// Labels of a config, and what they say of times.
#pragma once

#include "json/json.h"
#include "larder/manifest.h"

namespace larder {

// Fills labels, labels_truncated and label_times of `facts`, and adds a warning for each oddity. Which labels are kept
// within kMaxLabelBytes: first those of the OCI and label-schema vocabularies, then the others, each by name; one that
// does not fit is left out and smaller ones after it may still fit.
void ReadLabels(const json::Value& labels, ManifestFacts& facts);

// A time in a label or annotation of that name; none and a warning where it cannot be read, none where it is absent.
Timestamp ReadNamedTime(const json::Value& texts, std::string_view name, ManifestFacts& facts);

}  // namespace larder
