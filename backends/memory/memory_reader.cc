#include "memory_reader.h"

namespace larder::memory {

Result<std::span<const std::byte>> MemoryReader::Get(const Key& key) {
  const Entry* entry = table_->Find(key);
  if (entry == nullptr) return Miss();
  return entry->bytes();
}

void MemoryReader::GetMany(std::span<const Key> keys, const GetManyVisitor& visit) {
  for (std::size_t i = 0; i < keys.size(); ++i) visit(i, Get(keys[i]));
}

Result<void> MemoryReader::Scan(const ScanOptions& options, const ScanVisitor& visit) {
  table_->Visit(options.range, [&](const Entry& entry) {
    if (entry.key.kind() == RecordKind::marker) return ScanAction::go_on;
    return visit(entry.key, entry.bytes());
  });
  return {};
}

}  // namespace larder::memory
