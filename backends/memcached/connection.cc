#include "connection.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

namespace larder::memcached {
namespace {

constexpr std::size_t kKeepBuffer = std::size_t{64} * 1024;

bool Configure(memcached_st* handle, std::chrono::milliseconds timeout) {
  struct Setting {
    memcached_behavior_t behavior;
    std::uint64_t value;
  };
  const auto ms = static_cast<std::uint64_t>(timeout.count());
  const Setting settings[] = {
      {MEMCACHED_BEHAVIOR_TCP_NODELAY, 1},
      {MEMCACHED_BEHAVIOR_TCP_KEEPALIVE, 1},
      // A key with a newline would put the connection out of step.
      {MEMCACHED_BEHAVIOR_VERIFY_KEY, 1},
      // Every write is answered.
      {MEMCACHED_BEHAVIOR_NOREPLY, 0},
      {MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, ms},
      {MEMCACHED_BEHAVIOR_POLL_TIMEOUT, ms},
      // libmemcached would refuse a server for seconds after its fifth failure.
      {MEMCACHED_BEHAVIOR_SERVER_FAILURE_LIMIT, std::numeric_limits<std::uint32_t>::max()},
      {MEMCACHED_BEHAVIOR_SERVER_TIMEOUT_LIMIT, std::numeric_limits<std::uint32_t>::max()},
      {MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 0},
  };
  return std::ranges::all_of(settings, [&](const Setting& setting) {
    return memcached_success(memcached_behavior_set(handle, setting.behavior, setting.value));
  });
}

const char* Chars(std::span<const std::byte> bytes) { return reinterpret_cast<const char*>(bytes.data()); }

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Make(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  Handle handle(memcached_create(nullptr));
  const bool made =
      handle && Configure(handle.get(), timeout) &&
      memcached_success(endpoint.is_unix() ? memcached_server_add_unix_socket(handle.get(), endpoint.host.c_str())
                                           : memcached_server_add(handle.get(), endpoint.host.c_str(), endpoint.port));
  if (!made) return Fail(Errc::unavailable, "libmemcached makes no handle for " + endpoint.ToString());
  return std::unique_ptr<Connection>(new Connection(endpoint, std::move(handle), timeout));
}

Connection::Connection(const Endpoint& endpoint, Handle handle, std::chrono::milliseconds timeout)
    : endpoint_(endpoint), timeout_(timeout), handle_(std::move(handle)) {
  memcached_result_create(handle_.get(), &result_);
}

Connection::~Connection() {
  memcached_result_free(&result_);
  Close();
}

Status Connection::Get(std::string_view key, Value& value) {
  const char* const keys[] = {key.data()};
  const std::size_t lengths[] = {key.size()};
  const Status sent = SendGet(keys, lengths);
  if (sent != Status::ok) return sent;
  const Status status = Fetch(value);
  if (status != Status::ok) return status;
  if (value.key != key) return Nonsense();
  return status;  // the line that ends the answer is read before the next request
}

Status Connection::GetForSwap(std::string_view key, Value& value) {
  memcached_behavior_set(handle_.get(), MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1);
  const Status status = Get(key, value);
  memcached_behavior_set(handle_.get(), MEMCACHED_BEHAVIOR_SUPPORT_CAS, 0);
  return status;
}

Status Connection::Set(std::string_view key, std::span<const std::byte> bytes, std::int64_t exptime) {
  return Do([&](memcached_st* handle) {
    return memcached_set(handle, key.data(), key.size(), Chars(bytes), bytes.size(), exptime, 0);
  });
}

Status Connection::Add(std::string_view key, std::span<const std::byte> bytes, std::int64_t exptime) {
  return Do([&](memcached_st* handle) {
    return memcached_add(handle, key.data(), key.size(), Chars(bytes), bytes.size(), exptime, 0);
  });
}

Status Connection::CompareAndSwap(std::string_view key, std::span<const std::byte> bytes, std::int64_t exptime,
                                  std::uint64_t cas) {
  return Do([&](memcached_st* handle) {
    return memcached_cas(handle, key.data(), key.size(), Chars(bytes), bytes.size(), exptime, 0, cas);
  });
}

Status Connection::Delete(std::string_view key) {
  return Do([&](memcached_st* handle) { return memcached_delete(handle, key.data(), key.size(), 0); });
}

Status Connection::SendGet(std::span<const char* const> keys, std::span<const std::size_t> lengths) {
  if (const Status greeted = Greet(); greeted != Status::ok) return greeted;
  const auto code = memcached_mget(handle_.get(), keys.data(), lengths.data(), keys.size());
  return code == MEMCACHED_SUCCESS ? Status::ok : Lost(code);
}

Status Connection::Fetch(Value& value) {
  // With a count of 0 libmemcached calls every failure "not found": a lost server's keys would be misses.
  result_.count = 1;
  memcached_return_t code = MEMCACHED_SUCCESS;
  if (memcached_fetch_result(handle_.get(), &result_, &code) != nullptr) {
    answered_ = true;
    value.key = {memcached_result_key_value(&result_), memcached_result_key_length(&result_)};
    value.bytes = {reinterpret_cast<const std::byte*>(memcached_result_value(&result_)),
                   memcached_result_length(&result_)};
    value.cas = memcached_result_cas(&result_);
    largest_ = std::max(largest_, value.bytes.size());
    return Status::ok;
  }
  if (code != MEMCACHED_END || memcached_last_error(handle_.get()) != MEMCACHED_SUCCESS) return Lost(code);
  answered_ = true;
  return Status::miss;
}

Status Connection::Stats(const StatVisitor& visit) {
  struct Told {
    const StatVisitor& visit;
    bool any = false;
  };
  const auto each = [](const memcached_instance_st*, const char* name, std::size_t name_length, const char* text,
                       std::size_t text_length, void* context) noexcept {
    auto& told = *static_cast<Told*>(context);
    told.any = true;
    told.visit({name, name_length}, {text, text_length});
    return MEMCACHED_SUCCESS;
  };
  Told told{visit};
  return Do([&](memcached_st* handle) {
    const auto code = memcached_stat_execute(handle, nullptr, each, &told);
    // libmemcached calls it a success that an open connection stayed silent; a memcached has figures always.
    if (code != MEMCACHED_SUCCESS || told.any) return code;
    const auto deeper = memcached_last_error(handle);
    return deeper == MEMCACHED_SUCCESS ? MEMCACHED_TIMEOUT : deeper;
  });
}

Status Connection::Greet() {
  // libmemcached knows the version for as long as the connection lives.
  const auto unknown = [this] {
    return memcached_server_major_version(memcached_server_instance_by_position(handle_.get(), 0)) ==
           std::numeric_limits<std::uint8_t>::max();
  };
  if (!unknown()) return Status::ok;
  const auto code = memcached_version(handle_.get());
  if (code != MEMCACHED_SUCCESS) return Lost(code);
  return unknown() ? Nonsense() : Status::ok;
}

template <class Request>
Status Connection::Do(const Request& request) {
  const Status greeted = Greet();
  return greeted == Status::ok ? Finish(request(handle_.get())) : greeted;
}

void Connection::Close() {
  // Otherwise the farewell could wait for a server that does not read.
  memcached_behavior_set(handle_.get(), MEMCACHED_BEHAVIOR_POLL_TIMEOUT, 0);
  memcached_quit(handle_.get());
  memcached_behavior_set(handle_.get(), MEMCACHED_BEHAVIOR_POLL_TIMEOUT, static_cast<std::uint64_t>(timeout_.count()));
  answered_ = false;
}

void Connection::Trim() {
  if (largest_ <= kKeepBuffer) return;
  memcached_result_free(&result_);
  memcached_result_create(handle_.get(), &result_);
  largest_ = 0;
}

Status Connection::Finish(memcached_return_t code) {
  Status status = Status::ok;
  switch (code) {
    case MEMCACHED_SUCCESS:
    case MEMCACHED_STORED:
    case MEMCACHED_DELETED:
      break;
    case MEMCACHED_NOTFOUND:
      status = Status::miss;
      break;
    case MEMCACHED_NOTSTORED:
      status = Status::not_stored;
      break;
    case MEMCACHED_DATA_EXISTS:
      status = Status::changed;
      break;
    // After these it depends on the server's version what more it says.
    case MEMCACHED_E2BIG:
      Close();
      return Status::too_large;
    case MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE:
      Close();
      return Status::full;
    default:
      return Lost(code);
  }
  answered_ = true;
  return status;
}

Status Connection::Lost(memcached_return_t code) {
  const auto deeper = memcached_last_error(handle_.get());
  failure_ = deeper != MEMCACHED_SUCCESS ? deeper : code;
  failure_errno_ = memcached_last_error_errno(handle_.get());
  const bool timed_out = code == MEMCACHED_TIMEOUT || deeper == MEMCACHED_TIMEOUT || failure_errno_ == ETIMEDOUT;
  lost_stale_ = answered_;
  Close();
  return timed_out ? Status::timed_out : Status::broken;
}

std::string Connection::LastFailure() const {
  if (failure_errno_ != 0) return std::generic_category().message(failure_errno_);
  return memcached_strerror(nullptr, failure_);
}

}  // namespace larder::memcached
