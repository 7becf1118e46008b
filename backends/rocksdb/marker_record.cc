#include "marker_record.h"

#include <memory>
#include <string>

#include "bytes.h"
#include "status.h"

namespace larder::rocks {
namespace {

Result<bool> IsEmpty(rocksdb::DB& db) {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(options));
  it->SeekToFirst();
  if (!it->status().ok()) return FailWith(it->status(), "look for records");
  return !it->Valid();
}

}  // namespace

Result<StoreMarker> LoadMarker(Engine& engine, Time now) {
  std::string bytes;
  const auto status = engine.db->Get(rocksdb::ReadOptions(), ToSlice(Key::Marker()), &bytes);
  if (status.ok()) {
    RecordBuf aligned;
    aligned.Assign(ToSpan(bytes));
    auto marker = ReadMarker(aligned.bytes());
    if (!marker.has_value()) return std::unexpected<Error>(std::move(marker).error().WithContext(engine.path.string()));
    if (marker->format < kFormatVersion && engine.access == RocksDbAccess::read_write) {
      marker->format = kFormatVersion;  // from now on it holds records of this release
      LARDER_RETURN_IF_ERROR(SaveMarker(engine, *marker));
    }
    return marker;
  }
  if (!status.IsNotFound()) return FailWith(status, "read the store's marker");
  LARDER_ASSIGN_OR_RETURN(const bool empty, IsEmpty(*engine.db));
  if (!empty) {
    return Fail(Errc::invalid_argument, "rocksdb: " + engine.path.string() + ": a RocksDB database, but not Larder's");
  }
  if (engine.access != RocksDbAccess::read_write) {
    return Fail(Errc::not_found, "rocksdb: " + engine.path.string() + ": a store that nothing was written to yet");
  }
  StoreMarker marker;
  marker.created = now;
  LARDER_RETURN_IF_ERROR(SaveMarker(engine, marker));
  return marker;
}

Result<void> SaveMarker(Engine& engine, const StoreMarker& marker) {
  const auto record = MakeMarker(marker);
  return ToResult(engine.db->Put(engine.write_options(), ToSlice(Key::Marker()), ToSlice(record)),
                  "write the store's marker");
}

}  // namespace larder::rocks
