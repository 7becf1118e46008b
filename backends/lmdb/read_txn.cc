#include "read_txn.h"

#include "environment.h"

namespace larder::lmdb {

ReadTxn::~ReadTxn() {
  if (slot_ == nullptr || environment_->Forked()) return;
  mdb_txn_reset(slot_->txn);
  TxnPool::Release(*slot_);
}

}  // namespace larder::lmdb
