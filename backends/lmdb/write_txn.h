// One write transaction, aborted unless it is committed.
#pragma once

#include <lmdb.h>

#include <cstdint>

namespace larder::lmdb {

class Environment;

// Begun and ended by one thread, which holds Environment::write_mutex.
class WriteTxn {
 public:
  explicit WriteTxn(Environment& environment) : environment_(environment) {}
  ~WriteTxn();
  WriteTxn(const WriteTxn&) = delete;
  WriteTxn& operator=(const WriteTxn&) = delete;

  // Follows a map that another process has grown. Answers LMDB's code.
  int Begin();
  // First makes the file reach `file_pages` pages (or the map's end), so that it always reaches the last page that a
  // root names, also where that page was given up again before it was written: Open refuses a shorter file as cut. The
  // extension is a hole; most of a large one is taken back. ENOSPC for a full disk, whatever LMDB says of it.
  int Commit(std::uint64_t file_pages);
  MDB_txn* get() const { return txn_; }

 private:
  Environment& environment_;
  MDB_txn* txn_ = nullptr;
};

}  // namespace larder::lmdb
