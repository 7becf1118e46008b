// One connection to one memcached: a libmemcached handle with a single server, used by one thread at a time.
//
// libmemcached's own guesses are kept out of it: no name is looked up (the endpoint is an address), no server is ever
// put aside (Server decides that), and a failure always closes the connection, so that the next request starts clean.
#pragma once

#include <libmemcached/memcached.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "address.h"
#include "larder/error.h"
#include "ring.h"

namespace larder::memcached {

enum class Status : std::uint8_t {
  ok,
  miss,        // Get, Delete: not there. Fetch: no more values.
  not_stored,  // Add: something is there.
  changed,     // CompareAndSwap: another value than the one read.
  too_large,   // refused by the server's limit for one item
  full,        // the server has no memory for it
  broken,      // the connection failed, or the server spoke nonsense
  timed_out,   // the server stayed silent
};

// True where the connection was closed, and what the server did is unknown.
inline bool IsLost(Status status) { return status == Status::broken || status == Status::timed_out; }

struct Value {
  std::string_view key;
  std::span<const std::byte> bytes;  // anything: whoever reaches memcached can write there
  std::uint64_t cas = 0;             // only from GetForSwap
};

class Connection {
 public:
  // Connects with the first request, which first makes sure that a memcached is there: libmemcached aborts the process
  // on answers to writes that no memcached gives, but a mail server does.
  static Result<std::unique_ptr<Connection>> Make(const Endpoint& endpoint, std::chrono::milliseconds timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // What `value` refers to is valid until the next request.
  Status Get(std::string_view key, Value& value);
  Status GetForSwap(std::string_view key, Value& value);
  Status Set(std::string_view key, std::span<const std::byte> bytes, std::int64_t exptime);
  Status Add(std::string_view key, std::span<const std::byte> bytes, std::int64_t exptime);
  Status CompareAndSwap(std::string_view key, std::span<const std::byte> bytes, std::int64_t exptime,
                        std::uint64_t cas);
  Status Delete(std::string_view key);

  // Asks for many keys; then Fetch gives those that are there, in the order of the keys, until it answers miss.
  Status SendGet(std::span<const char* const> keys, std::span<const std::size_t> lengths);
  Status Fetch(Value& value);

  // What was fetched is not an answer to what was sent: closes, as after any loss.
  Status Nonsense() { return Lost(MEMCACHED_PROTOCOL_ERROR); }
  // What was sent will not be waited for: closes, as after a timeout.
  Status Abandon() { return Lost(MEMCACHED_TIMEOUT); }

  // Every line of `stats`.
  using StatVisitor = std::function<void(std::string_view name, std::string_view value)>;
  Status Stats(const StatVisitor& visit);

  // Closes; the next request connects anew. Never waits for the server.
  void Close();
  // Gives back what one large foreign value made libmemcached hold.
  void Trim();

  const Endpoint& endpoint() const { return endpoint_; }
  // True where the request that was lost went over a connection that had answered before: then perhaps nothing is wrong
  // but that the server had closed it, and a new connection may work at once.
  bool lost_stale() const { return lost_stale_; }
  // What went wrong last, for people.
  std::string LastFailure() const;

 private:
  Connection(const Endpoint& endpoint, Handle handle, std::chrono::milliseconds timeout);
  Status Greet();
  // Runs one request, on a connection that was greeted.
  template <class Request>
  Status Do(const Request& request);
  Status Finish(memcached_return_t code);
  Status Lost(memcached_return_t code);

  Endpoint endpoint_;
  std::chrono::milliseconds timeout_;
  Handle handle_;
  memcached_result_st result_{};  // of handle_, freed before it
  bool answered_ = false;         // since connecting
  bool lost_stale_ = false;
  std::size_t largest_ = 0;  // what result_ has grown to
  memcached_return_t failure_ = MEMCACHED_SUCCESS;
  int failure_errno_ = 0;
};

}  // namespace larder::memcached
