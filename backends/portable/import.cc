#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "larder/portable.h"
#include "larder/scan.h"
#include "undo.h"

namespace larder {
namespace {

// What a record takes in an engine besides its bytes, at worst: half-full pages, keys, indexes.
constexpr std::uint64_t RoomFor(std::uint64_t bytes) { return bytes + bytes / 2; }

// From where on an engine evicts: LMDB from 7/8 of its bound; RocksDB keeps room for old and new files at once
// (docs/backends.md). 0: no bound.
std::uint64_t EvictsFrom(const StoreStats& stats, const StoreTraits& traits) {
  return traits.engine == "rocksdb" ? stats.max_bytes / 3 : stats.max_bytes / 8 * 7;
}

class Import {
 public:
  Import(ByteSource& file, Store& to, const ImportOptions& options)
      : file_(file), to_(to), options_(options), takes_back_(to.Traits().atomic) {}

  Result<ImportReport> Run() {
    LARDER_ASSIGN_OR_RETURN(const std::uint64_t incoming, Plan());
    LARDER_RETURN_IF_ERROR(CheckRoom(incoming));
    if (options_.dry_run) return report_;
    const PortableInfo planned = report_.file;
    report_ = {};
    auto written = WriteAll(planned);
    if (written.has_value()) {
      if (auto flushed = to_.Flush(); !flushed.has_value()) written = std::move(flushed);
    }
    if (!written.has_value()) return Failed(std::move(written).error());
    return report_;
  }

 private:
  // Reads everything and counts what would be written; the bytes by which the store may grow.
  Result<std::uint64_t> Plan() {
    LARDER_RETURN_IF_ERROR(file_.Rewind());
    LARDER_ASSIGN_OR_RETURN(auto reader, PortableReader::Begin(file_));
    std::uint64_t incoming = 0;
    for (;;) {
      LARDER_ASSIGN_OR_RETURN(const auto records, reader.Next());
      report_.file = reader.info();
      if (records.empty()) return incoming;
      LARDER_RETURN_IF_ERROR(Compare(records));
      for (std::size_t i = 0; i < records.size(); ++i) {
        if (!wanted_[i]) continue;
        ++report_.written;
        incoming += records[i].bytes.size() - std::min(records[i].bytes.size(), old_[i].size());
      }
      LARDER_RETURN_IF_ERROR(MayGoOn(0));
    }
  }

  // What is there under the keys of a frame, and which of its records have to be written.
  Result<void> Compare(std::span<const PortableRecord> records) {
    keys_.clear();
    for (const auto& record : records) keys_.push_back(record.key);
    old_.assign(records.size(), {});
    wanted_.assign(records.size(), true);
    std::optional<Error> unknown;
    LARDER_RETURN_IF_ERROR(GetManyFromStore(to_, keys_, [&](std::size_t i, Result<std::span<const std::byte>> found) {
      if (found.has_value()) {
        old_[i].assign(found->begin(), found->end());
      } else if (found.error().code != Errc::not_found && takes_back_) {
        unknown = std::move(found).error();
      }
    }));
    if (unknown.has_value()) return std::unexpected<Error>(std::move(*unknown));
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto header = ReadHeader(records[i].key, records[i].bytes);
      if (!header.has_value() || !IsLive(*header, options_.now)) {
        wanted_[i] = false;
        ++report_.expired;
      } else if (std::ranges::equal(old_[i], records[i].bytes)) {
        wanted_[i] = false;
        ++report_.same;
      }
    }
    return {};
  }

  Result<void> CheckRoom(std::uint64_t incoming) {
    auto stats = to_.Stats();
    if (!stats.has_value() || stats->max_bytes == 0) return {};
    evictions_ = stats->evictions;
    const std::uint64_t bound = EvictsFrom(*stats, to_.Traits());
    if (stats->live_bytes + RoomFor(incoming) <= bound) return {};
    return Fail(Errc::too_large, "the records need up to " + std::to_string(RoomFor(incoming) >> 20) +
                                     " MiB more and the store begins to evict at " + std::to_string(bound >> 20) +
                                     " MiB, of which " + std::to_string(stats->live_bytes >> 20) +
                                     " MiB are taken; nothing was written; raise max_bytes in the store's URL");
  }

  Result<void> WriteAll(const PortableInfo& planned) {
    LARDER_RETURN_IF_ERROR(file_.Rewind());
    LARDER_ASSIGN_OR_RETURN(auto reader, PortableReader::Begin(file_));
    for (;;) {
      LARDER_ASSIGN_OR_RETURN(const auto records, reader.Next());
      report_.file = reader.info();
      if (records.empty()) break;
      LARDER_RETURN_IF_ERROR(Compare(records));
      WriteBatch batch;
      for (std::size_t i = 0; i < records.size(); ++i) {
        if (!wanted_[i]) continue;
        if (takes_back_) LARDER_RETURN_IF_ERROR(undo_.Note(records[i].key, old_[i]));
        batch.Put(records[i].key, {records[i].bytes.begin(), records[i].bytes.end()});
      }
      if (!batch.empty()) LARDER_RETURN_IF_ERROR(WriteOne(batch));
      LARDER_RETURN_IF_ERROR(MayGoOn(planned.records));
    }
    if (reader.info() == planned) return {};
    return Fail(Errc::corruption, "it is not the file that was checked a moment ago: something writes to it");
  }

  Result<void> WriteOne(const WriteBatch& batch) {
    LARDER_ASSIGN_OR_RETURN(auto results, to_.Write(batch, WriteOptions{options_.now}));
    for (auto& result : results) {
      if (result.has_value()) {
        ++report_.written;
        continue;
      }
      if (takes_back_) return result;
      ++report_.failed;
      if (!report_.first_failure.has_value()) report_.first_failure = std::move(result).error();
    }
    if (!takes_back_) return {};
    const auto stats = to_.Stats();
    if (!stats.has_value() || stats->evictions == evictions_) return {};
    return Fail(Errc::too_large, "the store is full, and has dropped " + std::to_string(stats->evictions - evictions_) +
                                     " records of its own to make room; raise max_bytes in the store's URL");
  }

  Result<void> MayGoOn(std::uint64_t total) {
    if (!options_.progress || options_.progress(report_, total) == ScanAction::go_on) return {};
    return Fail(Errc::cancelled, "stopped");
  }

  std::unexpected<Error> Failed(Error error) {
    if (!takes_back_) {
      error.message += "; " + std::to_string(report_.written) +
                       " records were written before, and stay; running it again writes the rest";
      return std::unexpected<Error>(std::move(error));
    }
    auto back = undo_.TakeBack(to_, options_.now);
    if (back.has_value()) back = to_.Flush();
    error.message += back.has_value() ? "; what was written was taken back: the store holds what it held before"
                                      : "; and what was written could not all be taken back (" + back.error().message +
                                            "); the records are whole, and running it again completes them";
    return std::unexpected<Error>(std::move(error));
  }

  ByteSource& file_;
  Store& to_;
  const ImportOptions& options_;
  const bool takes_back_;
  ImportReport report_;
  portable::Undo undo_;
  std::uint64_t evictions_ = 0;
  std::vector<Key> keys_;
  std::vector<std::vector<std::byte>> old_;
  std::vector<bool> wanted_;
};

}  // namespace

Result<ImportReport> ImportStore(ByteSource& file, Store& to, const ImportOptions& options) {
  return Import(file, to, options).Run();
}

}  // namespace larder
