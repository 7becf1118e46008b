// The memcached engine: records shared by many hosts, on one or many servers. docs/backends.md says when to use it.
//
// Records may vanish at any time (memcached evicts, restarts, expires): a miss, never an error. A server that does not
// answer is `unavailable`, and only for the keys that live on it. Nothing is snapshot, atomic or durable.
//
// The network between the hosts and memcached must be trusted: memcached has neither encryption nor, here, a login
// (docs/backends.md says why). Whoever reaches it can read, replace and drop records; every record read is verified, so
// foreign bytes are a miss and cannot crash a reader.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/log.h"
#include "larder/store.h"

namespace LARDER_API larder {

// The most servers in one list (a limit of libmemcached's ring), whether configured or from DNS.
inline constexpr std::size_t kMaxMemcachedServers = 100;

struct MemcachedOptions {
  // --- What every host that shares the records must set alike.

  // The servers: "host:port", "host" (port 11211), "[2001:db8::1]:11211", or the path of a unix socket, from '/'. Order
  // and repetition do not matter, spelling does: it is the names, not the addresses behind them, that decide where a
  // key lives. Default: none; give either this or `srv`.
  std::vector<std::string> servers;

  // Or the name of DNS SRV records that list the servers, such as "_memcached._tcp.example.org". All records count
  // alike: priority and weight are not used. Default: none.
  std::string srv;

  // Keys are "<namespace>:<32 characters>", so that several caches share one memcached. 1 to 200 letters, digits, '.',
  // '_' and '-'. Another namespace sees other records. Default "larder".
  std::string key_namespace = "larder";

  // --- What each host may set for itself.

  // How long a server may stay silent during one request, in 1 ms to 1 min. After that the request answers unavailable,
  // and so does every other request to that server, at once, until it answers a probe (one a second, on no caller's
  // time). When one server was silent that long, all others are asked at once whether they are there, for a quarter of
  // it: so any call, on whatever number of servers that stopped together, ends within 1.25 times this, or 100 ms more.
  // Shorter turns a busy server into misses; longer delays readers when one dies. Default 1 s.
  std::chrono::milliseconds timeout{1000};

  // How often the SRV records, and the addresses of servers given by name, are looked up again, in 10 ms to 1 day; a
  // server that fails is looked up sooner, at most once a second. A look-up that fails leaves what was known. Default 1
  // min.
  std::chrono::milliseconds srv_interval{60'000};

  // The most connections to one server, 1 to 1,024. More callers at once than this wait for each other, at most
  // `timeout`. memcached accepts 1,024 connections in all by default: keep hosts times connections below. Default 8.
  std::size_t connections = 8;

  // How long enumerating one server (Reader::Scan: the tool, never a read) may take in all, in 1 s to 1 h; a server
  // that is silent before it begins costs `timeout`. Default 1 min.
  std::chrono::milliseconds scan_timeout{60'000};

  // The DNS server to ask, "ip:port", in place of those of /etc/resolv.conf. For tests and unusual networks. Default:
  // empty.
  std::string resolver;

  // Told of a server that stops or begins to answer again and of changes of the list, once for each change. Default:
  // none.
  Log log;
};

// Opens the store. Connects to nothing: a server that is down is unavailable when it is asked. With names to look up it
// waits for the first answer of DNS, at most twice `timeout`, and then keeps one thread for later look-ups; with
// addresses and sockets only there is no thread.
//
// invalid_argument says which option is wrong; unavailable: `srv` could not be looked up, or lists no server.
Result<std::unique_ptr<Store>> OpenMemcachedStore(MemcachedOptions options);

}  // namespace larder
