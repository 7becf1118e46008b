#include <gtest/gtest.h>

#include "larder/repository_record.h"

namespace larder {
namespace {

constexpr std::string_view kTagged = "ghcr.io/a/b";

std::vector<std::string> Written(std::span<const std::string> tags, std::uint32_t* blocks = nullptr) {
  WriteBatch batch;
  const auto count = PutTagBlocks(batch, kTagged, 3, tags, Time{}).value();
  if (blocks != nullptr) *blocks = count;
  EXPECT_EQ(batch.size(), count);
  std::vector<std::string> read;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto& op = batch.ops()[i];
    EXPECT_EQ(op.key, Key::TagBlock(kTagged, 3, i));
    EXPECT_LE(op.record.size(), kMaxRecordBytes);
    const auto block = ReadTagBlock(op.key, kTagged, op.record).value();
    EXPECT_EQ(block.block, i);
    read.insert(read.end(), block.tags.begin(), block.tags.end());
  }
  return read;
}

TEST(TagBlocks, HoldAListingOfAnyLengthInOrder) {
  for (std::size_t count : {0, 1, 99, 100, 101, 1'120, 50'000}) {
    std::vector<std::string> tags;
    for (std::size_t i = 0; i < count; ++i) tags.push_back("v1." + std::to_string(i));
    std::uint32_t blocks = 0;
    EXPECT_EQ(Written(tags, &blocks), tags);
    EXPECT_EQ(blocks, (count + kTagsPerBlock - 1) / kTagsPerBlock);
  }
}

TEST(TagBlocks, OfTheLongestTagsFitTheirPages) {
  std::vector<std::string> tags;
  for (int i = 0; i < 500; ++i) tags.push_back(std::string(kMaxTagLength - 4, 't') + std::to_string(1000 + i));
  EXPECT_EQ(Written(tags), tags);
}

TEST(TagBlocks, OfAnotherRepositoryAreCorrupt) {
  WriteBatch batch;
  const std::vector<std::string> tags = {"a"};
  ASSERT_TRUE(PutTagBlocks(batch, kTagged, 1, tags, Time{}).has_value());
  EXPECT_EQ(ReadTagBlock(batch.ops()[0].key, "ghcr.io/a/c", batch.ops()[0].record).error().code, Errc::corruption);
}

}  // namespace
}  // namespace larder
