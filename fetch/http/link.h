// The Link header of a listing: where its next page is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/error.h"

namespace larder::http {

// One link of RFC 8288: `<target>; rel="next"; type="..."`.
struct Link {
  std::string target;             // as written, not resolved
  std::vector<std::string> rels;  // lower case
};

// The links of one header value, in order. Blank values hold none; parameters other than rel are skipped. Backslashes
// before the quotes of a parameter, as one registry sends them, are taken for quotes. invalid_argument: what is no
// link, for example without "<" or ">".
Result<std::vector<Link>> ParseLinks(std::string_view value);

// The URL of the page that follows `page_url`, by the Link headers of its answer; nullopt where they name none. The
// target is resolved by RFC 3986 and stays on the page's scheme, host and port: one that names the same host by another
// scheme (behind proxies that end TLS), or without the port (Nexus), means the same server. A path such as
// "x/tags/list" that the page's own path ends in means that path (Portus). The query goes as written.
// Errors: invalid_argument for a malformed link, permission_denied for one to another server.
//
// Whoever follows pages keeps a set of the URLs seen: a link in a circle is for the caller to find.
Result<std::optional<std::string>> NextPage(const std::vector<std::string_view>& link_headers,
                                            std::string_view page_url);

}  // namespace larder::http
