// A Link header leads to the same server or nowhere; what URLs are resolved to prints and parses back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/link.h"
#include "http/url.h"

namespace {

using larder::http::NextPage;
using larder::http::ParseLinks;
using larder::http::Url;

constexpr std::string_view kPage = "https://registry.example.com:8443/v2/team/app/tags/list?n=100";

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckLink(std::string_view text) {
  const auto links = ParseLinks(text);
  const auto next = NextPage({text}, kPage);
  Require(links.has_value() || !next.has_value() || !next->has_value());
  if (!next.has_value() || !next->has_value()) return;
  const auto url = Url::Parse(**next);
  const auto page = Url::Parse(kPage);
  Require(url.has_value() && url->SameOrigin(*page));
  Require(url->ToString() == **next);
}

void CheckUrl(std::string_view text) {
  const auto base = Url::Parse(kPage);
  for (const auto& url : {Url::Parse(text), base->Resolve(text)}) {
    if (!url.has_value()) continue;
    const auto again = Url::Parse(url->ToString());
    Require(again.has_value() && *again == *url);
    Require(url->path.starts_with('/') && url->port != 0 && !url->host.empty());
    Require(url->path.find("/../") == std::string::npos && !url->path.ends_with("/.."));
    Require(base->Resolve(url->ToString()).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckLink(text);
  CheckUrl(text);
  return 0;
}
