#include "record/labels.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "record/codes.h"
#include "record/payload.h"

namespace larder::record {
namespace {

constexpr unsigned char kMaxCode = 31;

std::pair<std::string_view, std::string_view> SplitLabel(std::string_view text) {
  if (text.empty()) return {};
  const auto first = static_cast<unsigned char>(text.front());
  if (first > 0 && first <= kMaxCode) return {LabelName(first), text.substr(1)};
  const auto nul = text.find('\0');
  if (nul == std::string_view::npos) return {text, {}};
  return {text.substr(0, nul), text.substr(nul + 1)};
}

bool CanHold(std::string_view name) {
  return !name.empty() && static_cast<unsigned char>(name.front()) > kMaxCode &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

flatbuffers::Offset<LabelVector> PutLabels(flatbuffers::FlatBufferBuilder& builder, const Labels& labels,
                                           bool& truncated) {
  if (labels.empty()) return {};
  std::vector<std::string> coded, named;
  for (const auto& [name, value] : labels) {
    if (const auto code = LabelCode(name); code != 0) {
      coded.push_back(std::string(1, static_cast<char>(code)) + value);
    } else if (CanHold(name)) {
      named.push_back(name + '\0' + value);
    } else {
      truncated = true;
    }
  }
  coded.insert(coded.end(), std::make_move_iterator(named.begin()), std::make_move_iterator(named.end()));
  std::vector<flatbuffers::Offset<flatbuffers::String>> offsets;
  std::size_t used = 0;
  for (const auto& text : coded) {
    if (used + text.size() + kStringOverhead > kLabelBudget) {
      truncated = true;
      continue;
    }
    used += text.size() + kStringOverhead;
    offsets.push_back(builder.CreateString(text));
  }
  return offsets.empty() ? flatbuffers::Offset<LabelVector>() : builder.CreateVector(offsets);
}

void VisitLabels(const LabelVector* labels, const std::function<void(std::string_view, std::string_view)>& visit) {
  if (labels == nullptr) return;
  for (const auto* text : *labels) {
    const auto [name, value] = SplitLabel(View(text));
    if (!name.empty()) visit(name, value);
  }
}

std::optional<std::string_view> FindLabel(const LabelVector* labels, std::string_view wanted) {
  if (labels == nullptr) return std::nullopt;
  for (const auto* text : *labels) {
    const auto [name, value] = SplitLabel(View(text));
    if (name == wanted && !name.empty()) return value;
  }
  return std::nullopt;
}

Labels ReadLabels(const LabelVector* labels) {
  Labels result;
  VisitLabels(labels, [&](std::string_view name, std::string_view value) { result.emplace(name, value); });
  return result;
}

}  // namespace larder::record
