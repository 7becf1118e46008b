// The bytes of LMDB 0.9's file, on a little-endian machine of 64 bits: the same that lmdb.h maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace larder::lmdb {

inline constexpr std::size_t kPageHeadBytes = 16;
inline constexpr std::size_t kNodeHeadBytes = 8;
inline constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
inline constexpr std::uint16_t kBranchPage = 0x01;
inline constexpr std::uint16_t kLeafPage = 0x02;
inline constexpr std::uint16_t kOverflowPage = 0x04;
inline constexpr std::uint16_t kBigData = 0x01;  // a node whose value lies on pages of its own

// One of the two trees, as a meta page describes it.
struct TreeInfo {
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = kNoPage;
};

struct MetaInfo {
  std::uint64_t page_bytes = 0;
  TreeInfo free_list;
  TreeInfo records;
  std::uint64_t last_page = 0;
  std::uint64_t txnid = 0;
};

// Page 0 or 1. Nothing where it is no meta page; `fault` then says why.
inline constexpr std::size_t kMetaBytes = 152;
std::optional<MetaInfo> ReadMeta(std::span<const std::byte> page, std::uint64_t number, std::string& fault);

struct Node {
  std::span<const std::byte> key;
  std::span<const std::byte> value;  // of a leaf, where it lies in the page
  std::uint64_t page = kNoPage;      // a branch's child, or where the value lies
  std::uint32_t value_bytes = 0;     // of a leaf
};

// A tree's page taken apart. Every span is within `page`.
struct Nodes {
  bool leaf = false;
  std::vector<Node> nodes;
};

// Checks everything about a branch or leaf page that can be known from itself: its number and kind, and that its nodes
// lie within it, end to end. "" where it is well, and `nodes` is filled.
std::string ReadPage(std::span<const std::byte> page, std::uint64_t number, Nodes& nodes);

// The head of a value's pages: "" where they are `pages` long.
std::string CheckOverflow(std::span<const std::byte> page, std::uint64_t number, std::uint64_t pages);
inline std::uint64_t PagesFor(std::uint64_t value_bytes, std::uint64_t page_bytes) {
  return (kPageHeadBytes - 1 + value_bytes) / page_bytes + 1;
}

std::uint64_t ReadWord(std::span<const std::byte> bytes, std::size_t at);

}  // namespace larder::lmdb
