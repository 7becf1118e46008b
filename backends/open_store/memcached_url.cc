#include "larder/memcached_store.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "engines.h"
#include "url_options.h"

namespace larder::open_store {
namespace {

Result<void> AddServers(std::string_view list, std::vector<std::string>& servers) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    LARDER_ASSIGN_OR_RETURN(std::string server, DecodePercent(list.substr(0, end)));
    if (server.empty()) return Fail(Errc::invalid_argument, "an empty name among the servers");
    servers.push_back(std::move(server));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return {};
}

}  // namespace

StoreResult OpenMemcached(const StoreUrl& url, const OpenStoreOptions& options) {
  MemcachedOptions memcached;
  UrlOptions query(url);
  query.TakeDuration("timeout", memcached.timeout);
  query.TakeDuration("srv_interval", memcached.srv_interval);
  query.TakeDuration("scan_timeout", memcached.scan_timeout);
  query.TakeCount("connections", memcached.connections);
  query.TakeText("resolver", memcached.resolver);
  LARDER_RETURN_IF_ERROR(query.Finish());

  std::string_view rest = url.rest;
  if (!rest.starts_with("//")) {
    return Fail(Errc::invalid_argument, "servers are written " + url.scheme + "://host:port,host/namespace");
  }
  rest.remove_prefix(2);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  LARDER_ASSIGN_OR_RETURN(const std::string key_namespace,
                          DecodePercent(rest.substr(std::min(slash + 1, rest.size()))));
  if (!key_namespace.empty()) memcached.key_namespace = key_namespace;
  if (authority.empty()) return Fail(Errc::invalid_argument, "it names no server");
  if (url.scheme == "memcached+srv") {
    LARDER_ASSIGN_OR_RETURN(memcached.srv, DecodePercent(authority));
  } else {
    LARDER_RETURN_IF_ERROR(AddServers(authority, memcached.servers));
  }
  memcached.log = options.log;
  return OpenMemcachedStore(std::move(memcached));
}

}  // namespace larder::open_store
