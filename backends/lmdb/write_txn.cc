#include "write_txn.h"

#include <cerrno>
#include <utility>

#include "environment.h"

namespace larder::lmdb {

WriteTxn::~WriteTxn() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

int WriteTxn::Begin() {
  int rc = mdb_txn_begin(environment_.env(), nullptr, 0, &txn_);
  if (rc == MDB_MAP_RESIZED && environment_.Remap(0).has_value()) {
    rc = mdb_txn_begin(environment_.env(), nullptr, 0, &txn_);
  }
  return rc;
}

int WriteTxn::Commit(std::uint64_t file_pages) {
  if (const int rc = environment_.ExtendFile(file_pages); rc != 0) return rc;
  const int rc = mdb_txn_commit(std::exchange(txn_, nullptr));
  environment_.TrimFile();
  // LMDB calls a short write an input/output error.
  return rc == EIO && environment_.DiskIsFull() ? ENOSPC : rc;
}

}  // namespace larder::lmdb
