// Which proxy a request goes through. Decided here, never by curl, so that we know whether there is one.
#pragma once

#include <string>
#include <string_view>

#include "http/url.h"

namespace larder::http {

// http_proxy, https_proxy, all_proxy and no_proxy of the environment: lower case first, then upper case (HTTP_PROXY
// never: a CGI server sets it from a request header).
struct ProxyEnvironment {
  std::string http, https, no_proxy;
  static ProxyEnvironment Read();
};

// The proxy's URL, or "" for a direct connection. `option` is HostOptions::proxy: an URL wins over the environment and
// over no_proxy, "none" means direct, "" asks the environment, where loopback hosts are never proxied.
std::string ProxyFor(const Url& url, std::string_view option, const ProxyEnvironment& environment);

// Whether `host` is in a no_proxy list: "*", or names and addresses separated by commas or spaces; a name covers its
// subdomains; a port after it must be the same; "10.0.0.0/8" and "fd00::/8" cover addresses.
bool InNoProxy(std::string_view list, const Url& url);

}  // namespace larder::http
