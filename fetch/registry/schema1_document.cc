#include "registry/schema1_document.h"

#include "registry/config_document.h"
#include "registry/platform_of.h"
#include "registry/printable.h"

namespace larder {
namespace {

constexpr std::size_t kMaxImageId = 128;

bool IsImageId(std::string_view id) {
  return id.size() <= kMaxImageId && id.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

Result<void> ReadSchema1(const json::Value& document, ManifestFacts& facts) {
  const auto history = document["history"].items();
  if (history.empty()) return Fail(Errc::corruption, "its history is empty or not a list");
  const std::string_view text = history.front()["v1Compatibility"].text();
  if (text.empty()) return Fail(Errc::corruption, "its newest history entry has no v1Compatibility");
  auto image = json::Parse(text);
  if (!image.has_value()) return std::unexpected(std::move(image.error()).WithContext("its v1Compatibility"));
  auto read = ReadConfigObject(*image, facts);
  if (!read.has_value()) return std::unexpected(std::move(read.error()).WithContext("its v1Compatibility"));

  if (facts.platform.architecture.empty()) facts.platform.architecture = PlatformOf(document).architecture;
  const std::string_view id = (*image)["id"].text();
  if (IsImageId(id)) {
    facts.image_id = std::string(id);
  } else {
    facts.warnings.push_back("the v1 id is " + Quoted(id));
  }
  return {};
}

}  // namespace larder
