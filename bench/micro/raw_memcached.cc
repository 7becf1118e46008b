#include <libmemcached/memcached.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "larder/record.h"
#include "micro/raw_engine.h"

namespace larder::bench {
namespace {

// A key as plain as memcached allows, made without allocating: what is measured is libmemcached.
class Name {
 public:
  explicit Name(const Key& key) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::size_t at = 0;
    for (const std::byte byte : key.bytes()) {
      text_[at++] = kDigits[static_cast<unsigned>(byte) >> 4];
      text_[at++] = kDigits[static_cast<unsigned>(byte) & 15];
    }
  }
  const char* data() const { return text_.data(); }
  std::size_t size() const { return text_.size(); }

 private:
  std::array<char, 2 * Key::kSize> text_;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File ConnectTo(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) std::abort();
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address(found, freeaddrinfo);
  const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, address->ai_addr, address->ai_addrlen) != 0) std::abort();
  return File(fdopen(fd, "r"));
}

// The keys of a server that are names of Name's kind, in the range, sorted. libmemcached cannot list them.
std::vector<Key> KeysIn(std::FILE* server, const KeyRange& range) {
  constexpr std::string_view kField = "key=";
  constexpr useconds_t kWhileBusyUs = 1000;
  std::vector<Key> keys;
  std::array<char, 2048> buffer{};
  const auto ask = [server] {
    constexpr std::string_view kList = "lru_crawler metadump hash\r\n";
    if (send(fileno(server), kList.data(), kList.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kList.size()))
      std::abort();
  };
  ask();
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), server) != nullptr) {
    std::string_view line(buffer.data());
    if (line.starts_with("END")) {
      std::ranges::sort(keys);
      return keys;
    }
    if (line.starts_with("BUSY")) {
      usleep(kWhileBusyUs);
      ask();
      continue;
    }
    if (!line.starts_with(kField)) break;
    line = line.substr(kField.size(), line.find(' ') - kField.size());
    if (line.size() != 2 * Key::kSize) continue;  // the store's
    const auto key = Key::FromHex(line);
    if (key.has_value() && range.Contains(*key)) keys.push_back(*key);
  }
  std::abort();
}

class RawMemcached final : public RawEngine {
 public:
  RawMemcached(const std::string& host, std::uint16_t port)
      : host_(host), port_(port), handle_(memcached_create(nullptr)) {
    memcached_server_add(handle_, host.c_str(), port);
    memcached_behavior_set(handle_, MEMCACHED_BEHAVIOR_BINARY_PROTOCOL, 0);
    memcached_behavior_set(handle_, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
  }
  ~RawMemcached() override { memcached_free(handle_); }
  RawMemcached(const RawMemcached&) = delete;
  RawMemcached& operator=(const RawMemcached&) = delete;

  std::uint64_t Get(const Key& key) override {
    const Name name(key);
    std::size_t size = 0;
    std::uint32_t flags = 0;
    memcached_return_t code = MEMCACHED_SUCCESS;
    char* value = memcached_get(handle_, name.data(), name.size(), &size, &flags, &code);
    if (value == nullptr) return 0;
    const std::uint64_t sum = Touch(value, size);
    std::free(value);
    return sum;
  }

  std::uint64_t GetMany(std::span<const Key> keys) override { return Many(keys, kMaxRecordBytes).sum; }

  void Write(const std::vector<KeyAndBytes>& batch) override {
    for (const auto& [key, bytes] : batch) {
      const Name name(key);
      const auto code = memcached_set(handle_, name.data(), name.size(), reinterpret_cast<const char*>(bytes.data()),
                                      bytes.size(), 0, 0);
      if (code != MEMCACHED_SUCCESS) std::abort();
    }
  }

  std::uint64_t Scan(const KeyRange& range, std::size_t bytes) override {
    constexpr std::size_t kAtOnce = 128;  // as the store
    const File server = ConnectTo(host_, port_);
    const auto all = KeysIn(server.get(), range);
    std::uint64_t count = 0;
    for (std::span<const Key> rest = all; !rest.empty(); rest = rest.subspan(std::min(kAtOnce, rest.size()))) {
      count += Many(rest.first(std::min(kAtOnce, rest.size())), bytes).count;
    }
    return count;
  }

  std::string Library() override { return std::string("libmemcached ") + memcached_lib_version(); }

 private:
  struct Found {
    std::uint64_t count = 0, sum = 0;
  };
  // Touches the first `bytes` of each value.
  Found Many(std::span<const Key> keys, std::size_t bytes) {
    std::vector<Name> names;
    std::vector<const char*> pointers;
    std::vector<std::size_t> sizes;
    names.reserve(keys.size());
    pointers.reserve(keys.size());
    sizes.reserve(keys.size());
    for (const auto& key : keys) names.emplace_back(key);
    for (const auto& name : names) {
      pointers.push_back(name.data());
      sizes.push_back(name.size());
    }
    if (memcached_mget(handle_, pointers.data(), sizes.data(), names.size()) != MEMCACHED_SUCCESS) std::abort();
    Found found;
    memcached_return_t code = MEMCACHED_SUCCESS;
    memcached_result_st result;
    memcached_result_create(handle_, &result);
    while (memcached_fetch_result(handle_, &result, &code) != nullptr) {
      found.sum += Touch(memcached_result_value(&result), std::min(memcached_result_length(&result), bytes));
      ++found.count;
    }
    memcached_result_free(&result);
    return found;
  }

  const std::string host_;
  const std::uint16_t port_;
  memcached_st* handle_;
};

}  // namespace

std::unique_ptr<RawEngine> OpenRawMemcached(const std::string& host, std::uint16_t port) {
  return std::make_unique<RawMemcached>(host, port);
}

}  // namespace larder::bench
