#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>

#include "micro/raw_engine.h"

namespace larder::bench {
namespace {

// A key ends in two hashes, of the repository and of the tag; repositories have tags of the same names.
struct HashOfKey {
  std::size_t operator()(const Key& key) const {
    std::size_t repository = 0, tag = 0;
    std::memcpy(&tag, key.bytes().data() + Key::kSize - sizeof tag, sizeof tag);
    std::memcpy(&repository, key.bytes().data() + Key::kSize - 2 * sizeof tag, sizeof repository);
    return repository ^ tag;
  }
};

class RawMemory final : public RawEngine {
 public:
  std::uint64_t Get(const Key& key) override {
    const std::lock_guard lock(mutex_);
    return Find(key);
  }

  std::uint64_t GetMany(std::span<const Key> keys) override {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& key : keys) sum += Find(key);
    return sum;
  }

  void Write(const std::vector<KeyAndBytes>& batch) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, bytes] : batch) {
      const auto [at, added] = records_.insert_or_assign(key, bytes);
      if (added) ordered_.emplace(key, &at->second);
    }
  }

  std::uint64_t Scan(const KeyRange& range, std::size_t bytes) override {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    for (auto at = ordered_.lower_bound(range.begin); at != ordered_.end() && range.Contains(at->first); ++at) {
      sum += Touch(at->second->data(), std::min(at->second->size(), bytes));
      ++count;
    }
    return sum == 0 ? 0 : count;
  }

  std::string Library() override { return ""; }

 private:
  std::uint64_t Find(const Key& key) const {
    const auto found = records_.find(key);
    return found == records_.end() ? 0 : Touch(found->second.data(), found->second.size());
  }

  std::mutex mutex_;
  std::unordered_map<Key, std::vector<std::byte>, HashOfKey> records_;
  std::map<Key, const std::vector<std::byte>*> ordered_;
};

}  // namespace

std::unique_ptr<RawEngine> OpenRawMemory() { return std::make_unique<RawMemory>(); }

}  // namespace larder::bench
