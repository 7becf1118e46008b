#include "larder/sort.h"

#include <algorithm>

#include "model/semver.h"

namespace larder {

bool NewerByCreated(const ImageInfo& a, const ImageInfo& b) {
  if (a.created_at != b.created_at) return a.created_at > b.created_at;
  return a.id.ToString() < b.id.ToString();
}

bool NewerBySemver(const ImageInfo& a, const ImageInfo& b) {
  if (const int order = CompareSemver(a.id.tag(), b.id.tag()); order != 0) return order < 0;
  return a.id.ToString() > b.id.ToString();
}

int CompareSemver(std::string_view a, std::string_view b) {
  const auto version_a = ParseSemver(a);
  const auto version_b = ParseSemver(b);
  if (version_a.has_value() != version_b.has_value()) return version_a.has_value() ? -1 : 1;
  if (version_a.has_value()) {
    if (const int order = ComparePrecedence(*version_a, *version_b); order != 0) return -order;
  }
  return b.compare(a);
}

void Sort(std::span<ImageInfo> images, NewerFn newer) {
  std::sort(images.begin(), images.end(), newer == nullptr ? NewerByCreated : newer);
}

}  // namespace larder
