// Labels as records hold them, packed into one list of bytes: label after label, nothing between.
//
//   1 byte   the form of the value in the high 3 bits, a code of the name in the low 5 (codes.h); 0: no code
//   name     where there is no code: its bytes and a NUL
//   value    text       1 byte of length and the bytes
//            long_text  2 bytes of length (little-endian) and the bytes
//            hex        1 byte of length and the bytes whose lower-case digits the value is
//            time       8 bytes of seconds since 1970 and 4 of nanoseconds (little-endian): what FormatTimestamp makes
// Every value comes back byte for byte: a form is used only where it gives back the same text.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "larder/image_info.h"
#include "record/payload.h"

namespace larder::record {

using PackedLabels = flatbuffers::Vector<std::uint8_t>;

// Bytes that the labels of one record may take.
inline constexpr std::size_t kLabelBudget = kMaxLabelBytes + 256;

// Labels with a code first, then by name; whole labels only. Sets `truncated` where not all fit (never clears it).
flatbuffers::Offset<PackedLabels> PutLabels(flatbuffers::FlatBufferBuilder& builder, const Labels& labels,
                                            bool& truncated);

// True where the bytes are labels from first to last. Null is no labels. Of what is not, the functions below read what
// comes before the fault.
bool AreLabels(const PackedLabels* labels);
// The value dies with the call.
void VisitLabels(const PackedLabels* labels, const std::function<void(std::string_view, std::string_view)>& visit);
std::optional<std::string> FindLabel(const PackedLabels* labels, std::string_view name);
Labels ReadLabels(const PackedLabels* labels);

}  // namespace larder::record
