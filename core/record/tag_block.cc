#include <algorithm>

#include "larder/repository_record.h"
#include "record/payload.h"

namespace larder {
namespace {

// Room for the tags of one block: a page less header, the longest name and the table around them.
constexpr std::size_t kBlockBudget = kMaxRecordBytes - kRecordHeaderBytes - kMaxNameLength - 96;

Result<std::vector<std::byte>> BuildBlock(std::string_view name, std::uint32_t generation, std::uint32_t block,
                                          std::span<const std::string> tags, Time expiry) {
  flatbuffers::FlatBufferBuilder builder(4096);
  std::vector<flatbuffers::Offset<flatbuffers::String>> offsets;
  offsets.reserve(tags.size());
  for (const auto& tag : tags) offsets.push_back(builder.CreateString(tag));
  const auto vector = builder.CreateVector(offsets);
  const auto name_text = builder.CreateString(name.data(), name.size());
  builder.Finish(fb::CreateTagBlock(builder, name_text, generation, block, vector));
  RecordHeader header;
  header.kind = RecordKind::tags;
  header.expiry = expiry;
  return record::Finish(Key::TagBlock(name, generation, block), header, builder);
}

std::size_t TakeBlock(std::span<const std::string> tags) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < tags.size() && count < kTagsPerBlock) {
    bytes += tags[count].size() + record::kStringOverhead;
    if (bytes > kBlockBudget) break;
    ++count;
  }
  return count;
}

}  // namespace

Result<std::uint32_t> PutTagBlocks(WriteBatch& batch, std::string_view name, std::uint32_t generation,
                                   std::span<const std::string> tags, Time expiry) {
  std::uint32_t block = 0;
  while (!tags.empty()) {
    const std::size_t count = TakeBlock(tags);
    if (count == 0) return Fail(Errc::too_large, "a tag of " + std::to_string(tags.front().size()) + " characters");
    LARDER_ASSIGN_OR_RETURN(auto record, BuildBlock(name, generation, block, tags.first(count), expiry));
    batch.Put(Key::TagBlock(name, generation, block), std::move(record));
    tags = tags.subspan(count);
    ++block;
  }
  return block;
}

Result<TagBlock> ReadTagBlock(const Key& key, std::string_view name, std::span<const std::byte> bytes) {
  auto header = record::VerifyWhole<fb::TagBlock>(key, bytes);
  if (!header.has_value()) return std::unexpected<Error>(std::move(header).error());
  const auto& root = record::RootOf<fb::TagBlock>(bytes);
  TagBlock block;
  block.name = record::View(root.name());
  block.generation = root.generation();
  block.block = root.block();
  if (Key::TagBlock(block.name, block.generation, block.block) != key || (!name.empty() && block.name != name)) {
    return Fail(Errc::corruption, "a tag block of another repository");
  }
  block.tags.reserve(root.tags()->size());
  for (const auto* tag : *root.tags()) block.tags.emplace_back(record::View(tag));
  return block;
}

}  // namespace larder
