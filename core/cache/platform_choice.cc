#include "larder/platform_choice.h"

#include <algorithm>
#include <functional>

namespace larder {
namespace {

bool IsImage(const ChildManifest& child) { return !child.is_attestation && !child.is_artifact; }

std::string Join(const std::vector<std::string>& texts, std::string_view last, std::size_t max_bytes) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string_view comma = i == 0 ? std::string_view() : i + 1 == texts.size() ? last : std::string_view(", ");
    if (out.size() + comma.size() + texts[i].size() > max_bytes) return out + ", ...";
    out += comma;
    out += texts[i];
  }
  return out;
}

std::string Reason(std::span<const ChildManifest> children, const PlatformPreference& wanted) {
  std::vector<std::string> names;
  for (const Platform& platform : wanted) names.push_back(platform.ToString());
  std::vector<std::string> present;
  bool unstated = false;
  for (const ChildManifest& child : children) {
    if (!IsImage(child)) continue;
    const std::string name = child.platform.ToString();
    unstated = unstated || name.empty();
    if (!name.empty() && std::find(present.begin(), present.end(), name) == present.end()) present.push_back(name);
  }
  if (unstated) present.push_back("images of unstated platform");
  std::string reason = "no image";
  if (!names.empty()) reason += " for " + Join(names, " or ", 150);
  if (present.empty()) return reason + "; it has no images at all";
  return reason + "; it has " + Join(present, ", ", 300);
}

using Test = std::function<bool(const ChildManifest&)>;

const ChildManifest* FindFirst(std::span<const ChildManifest> children, const Test& test) {
  for (const ChildManifest& child : children) {
    if (IsImage(child) && test(child)) return &child;
  }
  return nullptr;
}

const ChildManifest* Stated(std::span<const ChildManifest> children, const Platform& wanted) {
  const Test tests[] = {
      [&](const ChildManifest& child) { return !child.is_index && child.platform == wanted; },
      [&](const ChildManifest& child) { return !child.is_index && child.platform.Satisfies(wanted); },
      [&](const ChildManifest& child) { return child.is_index && child.platform.Satisfies(wanted); },
  };
  for (const Test& test : tests) {
    if (const ChildManifest* child = FindFirst(children, test)) return child;
  }
  return nullptr;
}

}  // namespace

PlatformChoice ChooseChild(std::span<const ChildManifest> children, const PlatformPreference& wanted) {
  PlatformChoice choice;
  choice.excluded_reason = Reason(children, wanted);
  for (const Platform& platform : wanted) {
    const ChildManifest* child = Stated(children, platform);
    if (child == nullptr) continue;
    choice.candidates.push_back(*child);
    choice.certain = true;
    return choice;
  }
  for (const ChildManifest& child : children) {
    if (choice.candidates.size() == kMaxCandidates) break;
    if (IsImage(child) && (child.platform.empty() || wanted.empty())) choice.candidates.push_back(child);
  }
  return choice;
}

bool IsWanted(const Platform& platform, const PlatformPreference& wanted) {
  if (platform.empty() || wanted.empty()) return true;
  return std::any_of(wanted.begin(), wanted.end(), [&](const Platform& one) { return platform.Satisfies(one); });
}

}  // namespace larder
