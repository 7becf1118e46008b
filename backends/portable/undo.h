// What an import changed, so that it can be taken back.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <vector>

#include "larder/error.h"
#include "larder/store.h"

namespace larder::portable {

// Of one import, batch by batch. Old records wait in an unnamed temporary file, the rest is 24 bytes a record.
class Undo {
 public:
  // Before the batch is written: `old` is the record that `key` has now, empty where it has none.
  Result<void> Note(const Key& key, std::span<const std::byte> old);
  // Everything as it was, the latest first. An error leaves what it could not take back.
  Result<void> TakeBack(Store& store, Time now);

 private:
  struct Change {
    Key key;
    std::uint32_t old_bytes = 0;  // 0: it was not there
  };
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Result<std::vector<std::byte>> ReadOld(std::uint64_t end, std::uint32_t bytes);

  std::vector<Change> changes_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::uint64_t file_bytes_ = 0;
};

}  // namespace larder::portable
