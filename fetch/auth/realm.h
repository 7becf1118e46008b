// Where a challenge sends its client for a token.
#pragma once

#include <string_view>

#include "http/url.h"
#include "larder/error.h"

namespace larder {

// The URL that `realm` means in an answer from `registry`: absolute, or relative to it, or a host without a scheme.
// permission_denied for what is no such URL.
Result<http::Url> ResolveRealm(std::string_view realm, const http::Url& registry);

// The URL to which a credential may go. A registry on https that names its own host with http is taken to mean https
// (it sits behind a proxy and does not know); another host with http is permission_denied.
Result<http::Url> RealmForCredential(http::Url realm, const http::Url& registry);

}  // namespace larder
