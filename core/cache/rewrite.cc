#include "larder/rewrite.h"

#include <utility>

#include "larder/scan.h"

namespace larder {
namespace {

constexpr std::size_t kBatch = 512;

class Rewriter {
 public:
  Rewriter(Store& store, const FormerFormat& former, Time now) : store_(store), former_(former), now_(now) {}

  Result<RewriteReport> Run() {
    for (std::uint8_t kind = 1; kind < kRecordKinds; ++kind) {  // the marker is the same in every format
      Reader::ScanOptions rest;
      rest.range = KeyRange::OfKind(static_cast<RecordKind>(kind), former_.version);
      for (bool more = true; more;) {
        LARDER_ASSIGN_OR_RETURN(more, Step(rest));
      }
    }
    return report_;
  }

 private:
  // One batch, written when no reader is held any more. False at the end.
  Result<bool> Step(Reader::ScanOptions& rest) {
    WriteBatch batch;
    std::size_t taken = 0;
    std::optional<Key> last;
    LARDER_RETURN_IF_ERROR(ScanStore(store_, rest, [&](const Key& key, std::span<const std::byte> record) {
      Take(key, record, batch);
      last = key;
      return ++taken < kBatch ? ScanAction::go_on : ScanAction::stop;
    }));
    if (!last.has_value()) return false;
    LARDER_RETURN_IF_ERROR(Write(batch));
    rest.range.begin = last->Next();
    return taken == kBatch;
  }

  void Take(const Key& former_key, std::span<const std::byte> former, WriteBatch& batch) {
    ++report_.read;
    const Key key = former_key.OfVersion(kFormatVersion);
    auto record = VerifyRecord(former_key, former).has_value() ? former_.read(key, former_key, former)
                                                               : Fail(Errc::corruption, "damaged");
    if (record.has_value()) {
      batch.PutIfAbsent(key, std::move(*record));
    } else {
      ++report_.dropped;
    }
    batch.Remove(former_key);
  }

  Result<void> Write(const WriteBatch& batch) {
    WriteOptions options;
    options.now = now_;
    LARDER_ASSIGN_OR_RETURN(const auto results, store_.Write(batch, options));
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (batch.ops()[i].type == WriteOp::Type::remove) {
        LARDER_RETURN_IF_ERROR(results[i]);
      } else if (results[i].has_value()) {
        ++report_.written;
      } else {
        ++(results[i].error().code == Errc::already_exists ? report_.kept : report_.dropped);
      }
    }
    return {};
  }

  Store& store_;
  const FormerFormat& former_;
  const Time now_;
  RewriteReport report_;
};

}  // namespace

std::optional<FormerFormat> KnownFormerFormat() { return std::nullopt; }

Result<RewriteReport> RewriteFormer(Store& store, const FormerFormat& former, Time now) {
  if (!store.Traits().ordered) return RewriteReport();
  return Rewriter(store, former, now).Run();
}

}  // namespace larder
