// One read: a renewed transaction out of the pool, given back when this goes.
#pragma once

#include <lmdb.h>

#include <utility>

#include "txn_pool.h"

namespace larder::lmdb {

class Environment;

// Movable; used by one thread at a time. Must not outlive its Environment. In a forked child it gives nothing back.
class ReadTxn {
 public:
  ReadTxn(const Environment& environment, TxnPool::Slot& slot) : environment_(&environment), slot_(&slot) {}
  ReadTxn(ReadTxn&& other) noexcept : environment_(other.environment_), slot_(std::exchange(other.slot_, nullptr)) {}
  ReadTxn& operator=(ReadTxn&&) = delete;
  ~ReadTxn();

  MDB_txn* get() const { return slot_->txn; }
  // Notes that it is held for longer than a moment, since now.
  void Pin() { TxnPool::Pin(*slot_); }

 private:
  const Environment* environment_;
  TxnPool::Slot* slot_;
};

// A cursor, closed when this goes. Declare it after the transaction that it is of.
class Cursor {
 public:
  // rc() says how it went.
  Cursor(MDB_txn* txn, MDB_dbi dbi) : rc_(mdb_cursor_open(txn, dbi, &cursor_)) {}
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  int rc() const { return rc_; }
  MDB_cursor* get() const { return cursor_; }

 private:
  MDB_cursor* cursor_ = nullptr;
  int rc_;
};

}  // namespace larder::lmdb
