#include "marker_record.h"

#include <memory>
#include <string>

#include "bytes.h"
#include "status.h"

namespace larder::rocks {
namespace {

enum class Contents : std::uint8_t { nothing, records, others };

// What a database without our marker holds, by the first few entries.
Result<Contents> LookInto(rocksdb::DB& db) {
  constexpr int kLooks = 16;
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(options));
  Contents contents = Contents::nothing;
  it->SeekToFirst();
  for (int i = 0; i < kLooks && it->Valid() && contents != Contents::records; ++i, it->Next()) {
    const bool ours = it->key().size() == Key::kSize && ReadHeader(ToKey(it->key()), ToSpan(it->value())).has_value();
    contents = ours ? Contents::records : Contents::others;
  }
  if (!it->status().ok()) return FailWith(it->status(), db.GetName(), "look for records");
  return contents;
}

}  // namespace

Result<StoreMarker> LoadMarker(Engine& engine, Time now) {
  std::string bytes;
  const auto status = engine.db->Get(rocksdb::ReadOptions(), ToSlice(Key::Marker()), &bytes);
  if (status.ok()) {
    RecordBuf aligned;
    aligned.Assign(ToSpan(bytes));
    auto marker = ReadMarker(aligned.bytes());
    if (!marker.has_value()) {
      return std::unexpected<Error>(std::move(marker).error().WithContext("rocksdb: " + engine.path.string()));
    }
    if (marker->format < kFormatVersion && engine.access == RocksDbAccess::read_write) {
      marker->format = kFormatVersion;  // from now on it holds records of this release
      LARDER_RETURN_IF_ERROR(SaveMarker(engine, *marker));
    }
    return marker;
  }
  if (!status.IsNotFound()) return FailWith(status, engine.path, "read the store's marker");
  LARDER_ASSIGN_OR_RETURN(const Contents contents, LookInto(*engine.db));
  if (contents == Contents::records) {
    return Fail(Errc::corruption,
                "rocksdb: " + engine.path.string() +
                    ": the store's marker is lost; the store is damaged: move it away, it is filled again");
  }
  if (contents == Contents::others) {
    return Fail(Errc::invalid_argument, "rocksdb: " + engine.path.string() +
                                            ": another program's RocksDB database, not Larder's; use another path");
  }
  if (engine.access != RocksDbAccess::read_write) {
    return Fail(Errc::not_found, "rocksdb: " + engine.path.string() +
                                     ": a store that nothing was written to yet; open it for writing once");
  }
  StoreMarker marker;
  marker.created = now;
  LARDER_RETURN_IF_ERROR(SaveMarker(engine, marker));
  return marker;
}

Result<void> SaveMarker(Engine& engine, const StoreMarker& marker, bool synced) {
  const auto record = MakeMarker(marker);
  rocksdb::WriteOptions options = engine.write_options();
  options.sync = options.sync && synced;
  return ToResult(engine.db->Put(options, ToSlice(Key::Marker()), ToSlice(record)), engine.path,
                  "write the store's marker");
}

}  // namespace larder::rocks
