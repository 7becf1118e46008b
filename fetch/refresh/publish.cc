#include "refresh/publish.h"

#include <algorithm>
#include <span>

#include "larder/scan.h"
#include "refresh/batch_writer.h"

namespace larder::refresh {
namespace {

std::uint32_t Sum(std::uint32_t count, std::int64_t change) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(0, static_cast<std::int64_t>(count) + change));
}

}  // namespace

Result<void> WriteAll(Store& store, const WriteBatch& batch, Time now) {
  if (batch.empty()) return {};
  WriteOptions options;
  options.now = now;
  LARDER_ASSIGN_OR_RETURN(auto results, store.Write(batch, options));
  for (auto& result : results) LARDER_RETURN_IF_ERROR(std::move(result));
  return {};
}

void CountChange::Add(EntryStatus status, int by) {
  switch (status) {
    case EntryStatus::image:
    case EntryStatus::excluded:
    case EntryStatus::missing:
      known += by;
      break;
    case EntryStatus::failed:
      failing += by;
      break;
    case EntryStatus::pending:
      pending += by;
      break;
  }
}

RepositoryCounts CountChange::On(const RepositoryCounts& counts) const {
  RepositoryCounts sum;
  sum.tags = Sum(counts.tags, tags);
  sum.known = Sum(counts.known, known);
  sum.pending = Sum(counts.pending, pending);
  sum.failing = Sum(counts.failing, failing);
  return sum;
}

RepositoryRecord CurrentState(Store& store, const RepositoryRecord& otherwise) {
  const Key key = KeyOf(otherwise);
  RecordBuf buffer;
  if (!store.Get(key, buffer).has_value()) return otherwise;
  auto state = ReadRepositoryRecord(key, otherwise.name.Canonical(), buffer.bytes());
  if (!state.has_value()) return otherwise;
  state->name = otherwise.name;
  return std::move(*state);
}

Result<void> RenewRepository(Store& store, const RepositoryRecord& state, const std::vector<std::string>& tags,
                             Time expiry, Time now) {
  const std::string name = state.name.Canonical();
  std::vector<Key> keys;
  for (const auto& tag : tags) keys.push_back(Key::Image(name, tag));
  for (std::uint32_t block = 0; block < state.blocks; ++block) {
    keys.push_back(Key::TagBlock(name, state.generation, block));
  }
  for (std::size_t from = 0; from < keys.size(); from += kMaxBatch) {
    const auto chunk = std::span(keys).subspan(from, std::min(kMaxBatch, keys.size() - from));
    WriteBatch batch;
    LARDER_RETURN_IF_ERROR(
        GetManyFromStore(store, chunk, [&](std::size_t index, Result<std::span<const std::byte>> found) {
          if (!found.has_value()) return;
          const auto header = ReadHeader(chunk[index], *found);
          if (!header.has_value()) return;
          auto renewed = WithTimes(chunk[index], *found, header->deadline, expiry);
          if (renewed.has_value()) batch.Put(chunk[index], std::move(*renewed));
        }));
    LARDER_RETURN_IF_ERROR(WriteAll(store, batch, now));
  }
  return {};
}

Result<void> WriteState(Store& store, const RepositoryRecord& state, Time now) {
  WriteBatch batch;
  LARDER_ASSIGN_OR_RETURN(auto record, BuildRepositoryRecord(state));
  batch.Put(KeyOf(state), std::move(record));
  return WriteAll(store, batch, now);
}

Result<void> WriteListing(Store& store, RepositoryRecord& state, const std::vector<std::string>& tags,
                          Time blocks_expiry, Time now) {
  const std::string name = state.name.Canonical();
  const std::uint32_t old_generation = state.generation;
  const std::uint32_t old_blocks = state.blocks;
  RepositoryRecord next = state;
  next.generation = old_generation + 1 == 0 ? 1 : old_generation + 1;
  WriteBatch blocks;
  LARDER_ASSIGN_OR_RETURN(next.blocks, PutTagBlocks(blocks, name, next.generation, tags, blocks_expiry));
  LARDER_RETURN_IF_ERROR(WriteAll(store, blocks, now));
  LARDER_RETURN_IF_ERROR(WriteState(store, next, now));
  state = next;
  WriteBatch old;
  for (std::uint32_t block = 0; old_generation != 0 && block < old_blocks; ++block) {
    old.Remove(Key::TagBlock(name, old_generation, block));
  }
  // What of them stays is read by nobody, and expires.
  static_cast<void>(WriteAll(store, old, now));
  return {};
}

}  // namespace larder::refresh
