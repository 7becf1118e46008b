#include "log_blocks.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace larder::rocks {
namespace {

constexpr std::size_t kBlock = 32768;
constexpr std::size_t kHead = 7;             // checksum, length, type
constexpr std::size_t kRecyclableHead = 11;  // and the log's number
constexpr unsigned kFirstRecyclable = 5;
constexpr unsigned kLastType = 11;

std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc % 2 != 0 ? crc >> 1 ^ 0x82F63B78U : crc >> 1;
    table[i] = crc;
  }
  return table;
}

// CRC-32C, as RocksDB writes it: turned, and a constant added.
std::uint32_t MaskedCrc(const unsigned char* bytes, std::size_t size) {
  static const auto kTable = MakeTable();
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < size; ++i) crc = kTable[(crc ^ bytes[i]) & 0xFF] ^ crc >> 8;
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xA282EAD8U;
}

std::uint32_t Word(const unsigned char* bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

// Where the block has a wrong record; its size where it has none. `last` is the block that ends the file.
std::size_t FindDamage(const std::vector<unsigned char>& block, bool last) {
  std::size_t at = 0;
  while (at + kHead <= block.size()) {
    const unsigned char* head = block.data() + at;
    const std::size_t length = head[4] | head[5] << 8;
    const unsigned type = head[6];
    if (type == 0 && length == 0) return block.size();  // room that was made for records to come
    const bool recyclable = type >= kFirstRecyclable && type <= 8;
    const std::size_t size = (recyclable ? kRecyclableHead : kHead) + length;
    if (type == 0 || type > kLastType || at + size > kBlock) return at;
    if (at + size > block.size()) return last ? block.size() : at;
    if (Word(head) != MaskedCrc(head + 6, size - 6)) return at;
    at += size;
  }
  return block.size();
}

}  // namespace

Result<void> CheckLog(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<unsigned char> block(kBlock);
  for (std::uint64_t at = 0; file.good(); at += kBlock) {
    block.resize(kBlock);
    file.read(reinterpret_cast<char*>(block.data()), kBlock);
    block.resize(static_cast<std::size_t>(file.gcount()));
    const std::size_t damaged = FindDamage(block, block.size() < kBlock);
    if (damaged == block.size()) continue;
    return Fail(Errc::corruption,
                "rocksdb: " + path.string() + ": the record at byte " + std::to_string(at + damaged) +
                    " of the log fails its checksum; the store is damaged: move its directory away, it is "
                    "filled again");
  }
  return {};
}

}  // namespace larder::rocks
