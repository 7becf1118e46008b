#include "larder/copy_store.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "larder/scan.h"

namespace larder {
namespace {

constexpr std::size_t kBatch = 512;
constexpr std::size_t kMostSeen = 8 * kBatch;  // of one Reader, whatever of it is copied

class Copier {
 public:
  Copier(Store& from, Store& to, const CopyOptions& options)
      : from_(from), to_(to), options_(options), drops_expired_(to.Traits().shared), evictions_before_(Evictions()) {}

  Result<CopyReport> Run() {
    Reader::ScanOptions rest;
    const bool resumes = from_.Traits().ordered;
    for (;;) {
      std::optional<Key> last;
      std::size_t seen = 0;
      std::optional<Error> failed;
      auto scanned = ScanStore(from_, rest, [&](const Key& key, std::span<const std::byte> record) {
        Take(key, record);
        last = key;
        if (resumes && ++seen >= kMostSeen) return ScanAction::stop;
        if (keys_.size() < kBatch) return ScanAction::go_on;
        if (resumes) return ScanAction::stop;  // the batch is written when the reader is gone
        if (auto written = WriteBatchOut(false); !written.has_value()) failed = std::move(written).error();
        return failed.has_value() ? ScanAction::stop : ScanAction::go_on;
      });
      LARDER_RETURN_IF_ERROR(std::move(scanned));
      if (failed.has_value()) return std::unexpected<Error>(std::move(*failed));
      const bool more = (keys_.size() >= kBatch || seen >= kMostSeen) && last->Next() != *last;
      LARDER_RETURN_IF_ERROR(WriteBatchOut(!more));
      if (!more) return report_;
      rest.range.begin = last->Next();
    }
  }

 private:
  void Take(const Key& key, std::span<const std::byte> record) {
    if (key.kind() == RecordKind::marker) return;
    ++report_.read;
    if (key.kind() == RecordKind::lease) {
      ++report_.leases;
      return;
    }
    const auto header = VerifyRecord(key, record);
    if (!header.has_value()) {
      ++(header.error().code == Errc::unsupported ? report_.newer : report_.broken);
    } else if (drops_expired_ && !IsLive(*header, options_.now)) {
      ++report_.expired;
    } else {
      keys_.push_back(key);
      records_.emplace_back(record.begin(), record.end());
    }
  }

  Result<void> WriteBatchOut(bool last) {
    std::vector<bool> there(keys_.size());
    LARDER_RETURN_IF_ERROR(GetManyFromStore(to_, keys_, [&](std::size_t i, Result<std::span<const std::byte>> found) {
      there[i] = found.has_value() && std::equal(found->begin(), found->end(), records_[i].begin(), records_[i].end());
    }));
    WriteBatch batch;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (there[i]) {
        ++report_.same;
      } else {
        batch.Put(keys_[i], std::move(records_[i]));
      }
    }
    keys_.clear();
    records_.clear();
    if (options_.dry_run) {
      report_.written += batch.size();
    } else if (!batch.empty()) {
      LARDER_RETURN_IF_ERROR(Write(batch));
    }
    if (last) report_.evicted = std::max(Evictions(), evictions_before_) - evictions_before_;
    const auto wish = options_.progress ? options_.progress(report_) : ScanAction::go_on;
    if (wish == ScanAction::stop && !last) {
      return Fail(Errc::cancelled, "the copy was stopped; what was written stays, and another run goes on");
    }
    return {};
  }

  // Of a server that others use too nobody knows whose they are.
  std::uint64_t Evictions() const { return to_.Traits().shared ? 0 : to_.Stats().value_or(StoreStats()).evictions; }

  Result<void> Write(const WriteBatch& batch) {
    WriteOptions options;
    options.now = options_.now;
    LARDER_ASSIGN_OR_RETURN(auto results, to_.Write(batch, options));
    for (auto& result : results) {
      if (result.has_value()) {
        ++report_.written;
        continue;
      }
      ++report_.failed;
      if (!report_.first_failure.has_value()) report_.first_failure = std::move(result).error();
    }
    return {};
  }

  Store& from_;
  Store& to_;
  const CopyOptions& options_;
  const bool drops_expired_;
  const std::uint64_t evictions_before_;
  CopyReport report_;
  std::vector<Key> keys_;
  std::vector<std::vector<std::byte>> records_;
};

}  // namespace

Result<CopyReport> CopyStore(Store& from, Store& to, const CopyOptions& options) {
  return Copier(from, to, options).Run();
}

}  // namespace larder
