#include "registry/platform_of.h"

namespace larder {
namespace {

constexpr std::size_t kMaxPartLength = 32;

std::string Part(std::string_view text) {
  if (text.size() > kMaxPartLength) return {};
  std::string part(text);
  for (char& c : part) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!allowed) return {};
  }
  return part;
}

}  // namespace

Platform PlatformOf(const json::Value& object) {
  return Platform{Part(object["os"].text()), Part(object["architecture"].text()), Part(object["variant"].text())};
}

}  // namespace larder
