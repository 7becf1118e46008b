#include "larder/scan.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

namespace larder {
namespace {

using Clock = std::chrono::steady_clock;

// How many records pass between looks at the clock: some 50 us of work on the engines that can be renewed.
constexpr std::uint64_t kCheckEvery = 256;
// Keys of one GetMany: 24 kB of keys, and well under kMaxReaderPin on any engine that answers.
constexpr std::size_t kManyChunk = 1024;

}  // namespace

Result<void> ScanStore(Store& store, const Reader::ScanOptions& options, const Reader::ScanVisitor& visit) {
  Reader::ScanOptions rest = options;
  const bool renews = store.Traits().ordered;
  for (;;) {
    LARDER_ASSIGN_OR_RETURN(auto reader, store.OpenReader());
    const auto renew_at = Clock::now() + kMaxReaderPin / 2;
    std::uint64_t seen = 0;
    std::optional<Key> resume;
    auto scanned = reader->Scan(rest, [&](const Key& key, std::span<const std::byte> record) {
      if (visit(key, record) == ScanAction::stop) return ScanAction::stop;
      if (renews && ++seen % kCheckEvery == 0 && Clock::now() >= renew_at) {
        resume = key.Next();
        return ScanAction::stop;
      }
      return ScanAction::go_on;
    });
    LARDER_RETURN_IF_ERROR(std::move(scanned));
    if (!resume.has_value() || *resume <= rest.range.begin) return {};
    rest.range.begin = *resume;
  }
}

Result<void> GetManyFromStore(Store& store, std::span<const Key> keys, const Reader::GetManyVisitor& visit) {
  std::unique_ptr<Reader> reader;
  auto renew_at = Clock::time_point::min();
  for (std::size_t from = 0; from < keys.size(); from += kManyChunk) {
    if (const auto now = Clock::now(); now >= renew_at) {
      reader.reset();
      LARDER_ASSIGN_OR_RETURN(reader, store.OpenReader());
      renew_at = now + kMaxReaderPin / 2;
    }
    const auto chunk = keys.subspan(from, std::min(kManyChunk, keys.size() - from));
    reader->GetMany(chunk, [&](std::size_t index, Result<std::span<const std::byte>> record) {
      visit(from + index, std::move(record));
    });
  }
  return {};
}

Result<void> GetFoundFromStore(Store& store, std::span<const Key> keys,
                               const std::function<void(std::size_t, std::span<const std::byte>)>& visit) {
  std::optional<Error> failed;
  LARDER_RETURN_IF_ERROR(
      GetManyFromStore(store, keys, [&](std::size_t index, Result<std::span<const std::byte>> record) {
        if (record.has_value()) {
          visit(index, *record);
        } else if (record.error().code != Errc::not_found) {
          failed = std::move(record).error();
        }
      }));
  if (failed.has_value()) return std::unexpected<Error>(std::move(*failed));
  return {};
}

}  // namespace larder
