// Labels as records hold them: one string each, a code byte and the value, or the name, a NUL and the value.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "larder/image_info.h"
#include "record/payload.h"

namespace larder::record {

using LabelVector = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

// Bytes that the labels of one record may take, FlatBuffers' own included.
inline constexpr std::size_t kLabelBudget = kMaxLabelBytes + 256;

// Labels with a code first, then by name; whole labels only. Sets `truncated` where not all fit (never clears it).
flatbuffers::Offset<LabelVector> PutLabels(flatbuffers::FlatBufferBuilder& builder, const Labels& labels,
                                           bool& truncated);
void VisitLabels(const LabelVector* labels, const std::function<void(std::string_view, std::string_view)>& visit);
std::optional<std::string_view> FindLabel(const LabelVector* labels, std::string_view name);
Labels ReadLabels(const LabelVector* labels);

}  // namespace larder::record
