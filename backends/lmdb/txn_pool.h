// The read transactions of a process: made once, renewed for each read, given out one to a reader at a time.
#pragma once

#include <lmdb.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace larder::lmdb {

// Safe for concurrent use. Whoever holds a slot owns its transaction; whoever holds all of them knows that this process
// reads nothing. Threads begin their search at different slots, and few are made where few are used, for each costs one
// of LMDB's reader slots, which all processes share.
class TxnPool {
 public:
  static constexpr std::size_t kSlots = 256;

  struct alignas(64) Slot {
    std::atomic<std::uint32_t> busy{0};
    std::atomic<std::int64_t> pinned_since_ms{0};  // steady clock; 0: a Get, or free
    MDB_txn* txn = nullptr;                        // null, or reset; its owner renews and resets it
  };

  TxnPool();
  ~TxnPool() = default;  // AbortAll first, or leave the transactions to a forked child's parent
  TxnPool(const TxnPool&) = delete;
  TxnPool& operator=(const TxnPool&) = delete;

  // The slot that this thread begins its search at, or null where it is busy.
  Slot* TryClaimFirst() {
    Slot& slot = slots_[FirstSlot()];
    return TryClaim(slot) ? &slot : nullptr;
  }
  // Null where every slot was busy for `patience`.
  Slot* Claim(std::chrono::milliseconds patience);
  static void Pin(Slot& slot);
  static void Release(Slot& slot) {
    slot.pinned_since_ms.store(0, std::memory_order_relaxed);
    slot.busy.store(0, std::memory_order_release);
  }
  // Waits for every reader of this process to end; new ones wait. False, and nothing claimed, after `patience`.
  bool ClaimAll(std::chrono::milliseconds patience);
  void ReleaseAll();
  // How long the oldest pinned slot has been.
  std::optional<std::chrono::milliseconds> OldestPin() const;
  // Ends every transaction. REQUIRES: nobody holds a slot.
  void AbortAll();

 private:
  static bool TryClaim(Slot& slot) {
    return slot.busy.load(std::memory_order_relaxed) == 0 && slot.busy.exchange(1, std::memory_order_acquire) == 0;
  }
  std::size_t FirstSlot() const;
  Slot* TryClaimAny();

  const std::size_t spread_;  // how many slots searches begin at: a power of two
  std::array<Slot, kSlots> slots_;
};

}  // namespace larder::lmdb
