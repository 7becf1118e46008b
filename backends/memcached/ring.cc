#include "ring.h"

#include <libmemcached/memcached.h>

namespace larder::memcached {
namespace {

struct ListDeleter {
  void operator()(memcached_server_list_st list) const noexcept { memcached_server_list_free(list); }
};
using List = std::unique_ptr<memcached_server_st, ListDeleter>;

std::unexpected<Error> Failed(memcached_return_t code) {
  return Fail(Errc::unavailable,
              std::string("memcached: the ring of servers cannot be made: ") + memcached_strerror(nullptr, code));
}

}  // namespace

void HandleDeleter::operator()(memcached_st* handle) const noexcept { memcached_free(handle); }

Result<Ring> Ring::Make(std::span<const Address> servers) {
  Handle handle(memcached_create(nullptr));
  if (!handle) return Failed(MEMCACHED_MEMORY_ALLOCATION_FAILURE);
  List list;
  memcached_return_t code = MEMCACHED_SUCCESS;
  for (const Address& server : servers) {
    auto* longer = memcached_server_list_append(list.get(), server.host.c_str(), server.port, &code);
    if (longer == nullptr) return Failed(code);
    static_cast<void>(list.release());  // appending took it
    list.reset(longer);
  }
  code = memcached_server_push(handle.get(), list.get());
  if (memcached_failed(code)) return Failed(code);
  code = memcached_behavior_set(handle.get(), MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, 1);
  if (memcached_failed(code)) return Failed(code);
  return Ring(std::move(handle));
}

// memcached_server_by_key in two parts: this one, which finds the index, reads the handle only and so needs no lock.
std::size_t Ring::ServerOf(std::string_view key_text) const {
  return memcached_generate_hash(handle_.get(), key_text.data(), key_text.size());
}

}  // namespace larder::memcached
