// Which server holds a key: libmemcached's weighted ketama ring, on a handle that never connects.
//
// The settings are fixed, because hosts agree on a key's server only if all use the same:
// MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED (MD5 of "host:port-n", or "host-n" at port 11211, 160 points a server, every
// weight 1), and MD5 of the whole key text. A server that comes or goes moves only its share of the keys.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "address.h"
#include "larder/error.h"

struct memcached_st;  // NOLINT(readability-identifier-naming): libmemcached's

namespace larder::memcached {

struct HandleDeleter {
  void operator()(memcached_st* handle) const noexcept;
};
using Handle = std::unique_ptr<memcached_st, HandleDeleter>;

// Immutable: safe for concurrent use.
class Ring {
 public:
  // REQUIRES: what NormalizeAddresses returned.
  static Result<Ring> Make(std::span<const Address> servers);

  // The index, in the list that made the ring, of the server that holds this key.
  std::size_t ServerOf(std::string_view key_text) const;

  // For tests: to compare with libmemcached's other entry points.
  memcached_st* handle() const { return handle_.get(); }

 private:
  explicit Ring(Handle handle) : handle_(std::move(handle)) {}
  Handle handle_;
};

}  // namespace larder::memcached
