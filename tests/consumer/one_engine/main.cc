// A host that knows its engine: core and LMDB, and nothing else.
#include <iostream>

#include "larder/cache.h"
#include "larder/lmdb_store.h"

int main(int argc, char** argv) {
  larder::LmdbOptions options;
  options.path = argc > 1 ? argv[1] : "store";
  const auto store = larder::OpenLmdbStore(options);
  if (!store.has_value()) {
    std::cerr << store.error().ToString() << '\n';
    return 1;
  }
  larder::ImageRecord record;
  record.status = larder::EntryStatus::image;
  record.info.id = larder::ImageRef::Parse("alpine:3.20").value();
  record.info.digest = larder::Digest::Parse("sha256:" + std::string(64, 'a')).value();
  larder::WriteBatch batch;
  batch.Put(larder::KeyOf(record), larder::BuildImageRecord(record).value());
  if (!(*store)->Write(batch, {.now = larder::Now()}).has_value()) return 2;

  const auto image = larder::Cache(**store).Image(record.info.id);
  return image.has_value() && image->digest() == record.info.digest ? 0 : 3;
}
