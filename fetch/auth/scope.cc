#include "auth/scope.h"

#include <algorithm>

#include "larder/glob.h"

namespace larder {
namespace {

bool IsAzure(std::string_view host) {
  return GlobMatches("*.azurecr.io", host) || GlobMatches("*.azurecr.cn", host) || GlobMatches("*.azurecr.us", host) ||
         GlobMatches("*.azurecr.de", host);
}

// "repository:a/b:pull" -> "repository:a/b". The name may hold a colon (a port), the actions none.
std::string_view Resource(std::string_view scope) { return scope.substr(0, scope.rfind(':')); }

// What ghcr.io answers to /v2/, for no repository of anybody.
constexpr std::string_view kPlaceholder = "repository:user/image";

}  // namespace

std::string OwnScope(std::string_view host, const AuthContext& context) {
  if (context.access == Access::none || context.repository.empty()) return {};
  const bool metadata = context.access == Access::list_tags && IsAzure(host);
  return "repository:" + context.repository + (metadata ? ":pull,metadata_read" : ":pull");
}

bool NamesOtherResource(std::string_view challenge, std::string_view own) {
  bool names_one = false;
  while (!challenge.empty()) {
    const std::size_t end = std::min(challenge.find(' '), challenge.size());
    const std::string_view scope = challenge.substr(0, end);
    challenge.remove_prefix(std::min(end + 1, challenge.size()));
    if (scope.find(':') == std::string_view::npos || Resource(scope) == kPlaceholder) continue;
    if (Resource(scope) == Resource(own)) return false;
    names_one = true;
  }
  return names_one;
}

}  // namespace larder
