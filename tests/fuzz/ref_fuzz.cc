// What is parsed prints back to the same text, and parses again to the same value; so do times.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "larder/image_ref.h"
#include "larder/platform.h"
#include "larder/sort.h"
#include "larder/time.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckRef(std::string_view text) {
  larder::RefProblem problem = larder::RefProblem::none;
  const auto ref = larder::ImageRef::Parse(text, &problem);
  Require(ref.has_value() == (problem == larder::RefProblem::none));
  if (!ref.has_value()) return;
  Require(ref->ToString() == text);
  Require(ref->name().Canonical().size() <= larder::kMaxNameLength);
  const auto canonical = larder::ImageRef::Parse(ref->Canonical());
  Require(canonical.has_value());
  Require(canonical->Canonical() == ref->Canonical());
}

void CheckTime(std::string_view text) {
  const auto strict = larder::ParseTimestamp(text);
  const auto lenient = larder::ParseTimestampLenient(text);
  if (strict.has_value()) Require(lenient.has_value() && *lenient == *strict);
  if (!lenient.has_value()) return;
  const auto again = larder::ParseTimestamp(larder::FormatTimestamp(*lenient));
  Require(again.has_value() && *again == *lenient);
}

void CheckSort(std::string_view text) {
  const std::string_view a = text.substr(0, text.size() / 2);
  const std::string_view b = text.substr(text.size() / 2);
  const int order = larder::CompareSemver(a, b);
  const int reversed = larder::CompareSemver(b, a);
  Require((order < 0) == (reversed > 0) && (order == 0) == (a == b));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckRef(text);
  CheckTime(text);
  CheckSort(text);
  if (const auto platform = larder::Platform::Parse(text); platform.has_value()) {
    Require(larder::Platform::Parse(platform->ToString()) == *platform);
  }
  return 0;
}
