#include "page.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace larder::lmdb {
namespace {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint16_t kMetaPage = 0x08;
constexpr std::size_t kFreeListAt = 40;
constexpr std::size_t kRecordsAt = 88;
constexpr std::size_t kLastPageAt = 136;
constexpr std::size_t kTxnidAt = 144;
constexpr std::uint16_t kIntegerKeys = 0x08;

template <class T>
T Take(std::span<const std::byte> bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

TreeInfo TakeTree(std::span<const std::byte> page, std::size_t at) {
  TreeInfo tree;
  tree.flags = Take<std::uint16_t>(page, at + 4);
  tree.depth = Take<std::uint16_t>(page, at + 6);
  tree.branch_pages = ReadWord(page, at + 8);
  tree.leaf_pages = ReadWord(page, at + 16);
  tree.overflow_pages = ReadWord(page, at + 24);
  tree.entries = ReadWord(page, at + 32);
  tree.root = ReadWord(page, at + 40);
  return tree;
}

struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::size_t Even(std::size_t size) { return size + size % 2; }

// "" and the node with where it lies, or what is wrong.
std::string ReadNode(std::span<const std::byte> page, std::size_t at, bool leaf, Node& node, Extent& extent) {
  if (at % 2 != 0 || at + kNodeHeadBytes > page.size()) return "lies outside of the page";
  const auto low = Take<std::uint16_t>(page, at);
  const auto high = Take<std::uint16_t>(page, at + 2);
  const auto flags = Take<std::uint16_t>(page, at + 4);
  const auto key_bytes = Take<std::uint16_t>(page, at + 6);
  std::size_t size = kNodeHeadBytes + key_bytes;
  if (size > page.size() - at) return "has a key that leaves the page";
  node.key = page.subspan(at + kNodeHeadBytes, key_bytes);
  const std::uint32_t word = low | static_cast<std::uint32_t>(high) << 16;
  if (!leaf) {
    node.page = word | static_cast<std::uint64_t>(flags) << 32;
  } else {
    if ((flags & ~kBigData) != 0) return "has flags that this program never writes";
    node.value_bytes = word;
    const std::size_t here = flags == kBigData ? sizeof(std::uint64_t) : word;
    if (here > page.size() - at - size) return "has a value that leaves the page";
    if (flags == kBigData) {
      node.page = ReadWord(page, at + size);
    } else {
      node.value = page.subspan(at + size, word);
    }
    size += here;
  }
  extent = {at, at + Even(size)};
  return {};
}

}  // namespace

std::uint64_t ReadWord(std::span<const std::byte> bytes, std::size_t at) { return Take<std::uint64_t>(bytes, at); }

std::optional<MetaInfo> ReadMeta(std::span<const std::byte> page, std::uint64_t number, std::string& fault) {
  const auto wrong = [&](const char* what) {
    fault = what;
    return std::nullopt;
  };
  if (page.size() < kMetaBytes) return wrong("the file ends within it");
  if (ReadWord(page, 0) != number || Take<std::uint16_t>(page, 10) != kMetaPage) return wrong("is not a first page");
  if (Take<std::uint32_t>(page, 16) != kMagic || Take<std::uint32_t>(page, 20) != kVersion) {
    return wrong("does not begin as LMDB's files do");
  }
  MetaInfo meta;
  meta.page_bytes = Take<std::uint32_t>(page, kFreeListAt);
  meta.free_list = TakeTree(page, kFreeListAt);
  meta.records = TakeTree(page, kRecordsAt);
  meta.last_page = ReadWord(page, kLastPageAt);
  meta.txnid = ReadWord(page, kTxnidAt);
  if (!std::has_single_bit(meta.page_bytes) || meta.page_bytes < 512 || meta.page_bytes > 65536) {
    return wrong("states an impossible size of pages");
  }
  if (meta.free_list.flags != kIntegerKeys || meta.records.flags != 0 || Take<std::uint32_t>(page, kRecordsAt) != 0) {
    return wrong("has flags that this program never writes");
  }
  if (meta.txnid % 2 != number % 2 && meta.txnid != 0) return wrong("has the number of a commit of the other one");
  return meta;
}

std::string ReadPage(std::span<const std::byte> page, std::uint64_t number, Nodes& nodes) {
  nodes.nodes.clear();
  if (ReadWord(page, 0) != number) return "calls itself page " + std::to_string(ReadWord(page, 0));
  const auto flags = Take<std::uint16_t>(page, 10);
  if (flags != kBranchPage && flags != kLeafPage) return "is neither a branch nor a leaf";
  nodes.leaf = flags == kLeafPage;
  const auto lower = Take<std::uint16_t>(page, 12);
  const auto upper = Take<std::uint16_t>(page, 14);
  if (lower < kPageHeadBytes + 2 || lower % 2 != 0 || upper < lower || upper > page.size()) {
    return "has impossible bounds";
  }
  const std::size_t count = (lower - kPageHeadBytes) / 2;
  std::vector<Extent> extents(count);
  nodes.nodes.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = Take<std::uint16_t>(page, kPageHeadBytes + 2 * i);
    std::string fault = ReadNode(page, at, nodes.leaf, nodes.nodes[i], extents[i]);
    if (!fault.empty()) return "entry " + std::to_string(i) + " " + fault;
  }
  std::ranges::sort(extents, {}, &Extent::begin);
  std::size_t end = upper;
  for (const Extent& extent : extents) {
    if (extent.begin != end) return "has entries that overlap, or room between them";
    end = extent.end;
  }
  return end == page.size() ? "" : "has room after its last entry";
}

std::string CheckOverflow(std::span<const std::byte> page, std::uint64_t number, std::uint64_t pages) {
  if (ReadWord(page, 0) != number) return "calls itself page " + std::to_string(ReadWord(page, 0));
  if (Take<std::uint16_t>(page, 10) != kOverflowPage) return "does not hold a value, as another page says";
  const auto length = Take<std::uint32_t>(page, 12);
  if (length != pages) return "holds a value of " + std::to_string(length) + " pages, not " + std::to_string(pages);
  return {};
}

}  // namespace larder::lmdb
