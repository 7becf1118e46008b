// A file in memory.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "larder/byte_stream.h"

namespace larder::testing {

class MemorySink final : public ByteSink {
 public:
  Result<void> Write(std::span<const std::byte> more) override {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return {};
  }
  std::vector<std::byte> bytes;
};

// Gives at most `step` bytes a read, as pipes do.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes, std::size_t step = 1 << 20) : bytes_(bytes), step_(step) {}
  Result<std::size_t> Read(std::span<std::byte> into) override {
    const std::size_t size = std::min({into.size(), bytes_.size() - at_, step_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), size, into.begin());
    at_ += size;
    return size;
  }
  Result<void> Rewind() override {
    at_ = 0;
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
};

}  // namespace larder::testing
