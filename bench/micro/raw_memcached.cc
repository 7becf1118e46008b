#include <libmemcached/memcached.h>

#include <array>
#include <cstdlib>

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

class RawMemcached final : public RawEngine {
 public:
  RawMemcached(const std::string& host, std::uint16_t port) : handle_(memcached_create(nullptr)) {
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

  std::uint64_t GetMany(std::span<const Key> keys) override {
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
    std::uint64_t sum = 0;
    memcached_return_t code = MEMCACHED_SUCCESS;
    memcached_result_st result;
    memcached_result_create(handle_, &result);
    while (memcached_fetch_result(handle_, &result, &code) != nullptr) {
      sum += Touch(memcached_result_value(&result), memcached_result_length(&result));
    }
    memcached_result_free(&result);
    return sum;
  }

  void Write(const std::vector<KeyAndBytes>& batch) override {
    for (const auto& [key, bytes] : batch) {
      const Name name(key);
      const auto code = memcached_set(handle_, name.data(), name.size(), reinterpret_cast<const char*>(bytes.data()),
                                      bytes.size(), 0, 0);
      if (code != MEMCACHED_SUCCESS) std::abort();
    }
  }

  std::uint64_t Scan(const KeyRange&, std::size_t) override { return 0; }
  bool CanScan() const override { return false; }

 private:
  memcached_st* handle_;
};

}  // namespace

std::unique_ptr<RawEngine> OpenRawMemcached(const std::string& host, std::uint16_t port) {
  return std::make_unique<RawMemcached>(host, port);
}

}  // namespace larder::bench
