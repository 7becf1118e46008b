#include "reader.h"

#include <algorithm>
#include <array>

#include "bytes.h"
#include "status.h"

namespace larder::rocks {
namespace {

constexpr std::size_t kChunk = 32;  // RocksDB looks up so many keys at once

// True where every key of the range begins with the 16 bytes that the files' prefix filters are made of.
bool IsOneRepository(const KeyRange& range) {
  if (range.unbounded || range.end <= range.begin) return false;
  const auto begin = range.begin.bytes();
  const auto prefix_begins = begin.first<Key::kRepositoryPrefix>();
  const auto end = range.end.bytes();
  if (std::equal(prefix_begins.begin(), prefix_begins.end(), end.begin())) return true;
  std::array<std::byte, Key::kSize> last;  // of the repository that `begin` is in
  last.fill(std::byte{0xFF});
  std::copy(prefix_begins.begin(), prefix_begins.end(), last.begin());
  return range.end <= Key::FromBytes(last).Next();
}

}  // namespace

RocksReader::RocksReader(Engine& engine) : db_(*engine.db) {
  if (engine.access == RocksDbAccess::secondary) return;
  snapshot_ = std::make_unique<rocksdb::ManagedSnapshot>(&db_);
}

rocksdb::ReadOptions RocksReader::read_options() {
  rocksdb::ReadOptions options;
  if (snapshot_) options.snapshot = snapshot_->snapshot();
  return options;
}

Result<std::span<const std::byte>> RocksReader::Get(const Key& key) {
  rocksdb::PinnableSlice record;
  const auto status = db_.Get(read_options(), db_.DefaultColumnFamily(), ToSlice(key), &record);
  if (status.IsNotFound()) return Miss();
  if (!status.ok()) return FailWith(status, db_.GetName(), "read a record");
  buffer_.Assign(ToSpan(record));
  return buffer_.bytes();
}

void RocksReader::GetMany(std::span<const Key> keys, const GetManyVisitor& visit) {
  for (std::size_t first = 0; first < keys.size(); first += kChunk) {
    GetChunk(keys.subspan(first, std::min(kChunk, keys.size() - first)), first, visit);
  }
}

void RocksReader::GetChunk(std::span<const Key> keys, std::size_t first_index, const GetManyVisitor& visit) {
  std::array<rocksdb::Slice, kChunk> slices;
  std::array<rocksdb::PinnableSlice, kChunk> records;
  std::array<rocksdb::Status, kChunk> statuses;
  std::transform(keys.begin(), keys.end(), slices.begin(), [](const Key& key) { return ToSlice(key); });
  db_.MultiGet(read_options(), db_.DefaultColumnFamily(), keys.size(), slices.data(), records.data(), statuses.data());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) {
      visit(first_index + i, Miss());
    } else if (!statuses[i].ok()) {
      visit(first_index + i, FailWith(statuses[i], db_.GetName(), "read a record"));
    } else {
      buffer_.Assign(ToSpan(records[i]));
      visit(first_index + i, buffer_.bytes());
    }
  }
}

Result<void> RocksReader::Scan(const ScanOptions& options, const ScanVisitor& visit) {
  const KeyRange& range = options.range;
  if (!range.unbounded && range.end <= range.begin) return {};
  const rocksdb::Slice end = ToSlice(range.end);
  rocksdb::ReadOptions read = read_options();
  const bool one_repository = IsOneRepository(range);
  read.prefix_same_as_start = one_repository;
  read.total_order_seek = !one_repository;  // without it, prefix filters would hide files of the range
  if (!range.unbounded) read.iterate_upper_bound = &end;

  const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(read));
  for (it->Seek(ToSlice(range.begin)); it->Valid(); it->Next()) {
    if (it->key().size() != Key::kSize || ToKey(it->key()) == Key::Marker()) continue;
    const auto record = ToSpan(it->value());
    const std::size_t wanted = options.headers_only ? std::min(record.size(), kRecordHeaderBytes) : record.size();
    buffer_.Assign(record.first(wanted));
    if (visit(ToKey(it->key()), buffer_.bytes()) == ScanAction::stop) return {};
  }
  if (it->status().ok()) return {};
  return FailWith(it->status(), db_.GetName(), "scan");
}

}  // namespace larder::rocks
