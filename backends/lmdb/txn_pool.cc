#include "txn_pool.h"

#include <pthread.h>

#include <algorithm>
#include <bit>
#include <thread>

namespace larder::lmdb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds kPause{50};

std::int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}

std::size_t HashOfThread() {
  // An address of the thread's own: multiply, and take the high bits.
  static_assert(sizeof(pthread_t) == sizeof(std::uint64_t));
  return static_cast<std::size_t>((std::uint64_t{pthread_self()} * 0x9E3779B97F4A7C15u) >> 32);
}

}  // namespace

TxnPool::TxnPool()
    : spread_(std::bit_ceil(std::clamp<std::size_t>(std::size_t{2} * std::thread::hardware_concurrency(), 8, kSlots))) {
}

std::size_t TxnPool::FirstSlot() const { return HashOfThread() & (spread_ - 1); }

TxnPool::Slot* TxnPool::TryClaimAny() {
  const std::size_t start = FirstSlot();
  for (std::size_t i = 0; i < kSlots; ++i) {
    Slot& slot = slots_[(start + i) % kSlots];
    if (TryClaim(slot)) return &slot;
  }
  return nullptr;
}

TxnPool::Slot* TxnPool::Claim(std::chrono::milliseconds patience) {
  if (Slot* slot = TryClaimAny()) return slot;
  const auto deadline = Clock::now() + patience;
  while (Clock::now() < deadline) {
    std::this_thread::sleep_for(kPause);
    if (Slot* slot = TryClaimAny()) return slot;
  }
  return nullptr;
}

void TxnPool::Pin(Slot& slot) { slot.pinned_since_ms.store(NowMs(), std::memory_order_relaxed); }

bool TxnPool::ClaimAll(std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (std::size_t i = 0; i < kSlots; ++i) {
    while (!TryClaim(slots_[i])) {
      if (Clock::now() >= deadline) {
        for (std::size_t j = 0; j < i; ++j) Release(slots_[j]);
        return false;
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  return true;
}

void TxnPool::ReleaseAll() {
  for (Slot& slot : slots_) Release(slot);
}

std::optional<std::chrono::milliseconds> TxnPool::OldestPin() const {
  std::int64_t oldest = 0;
  for (const Slot& slot : slots_) {
    const std::int64_t since = slot.pinned_since_ms.load(std::memory_order_relaxed);
    if (since != 0 && (oldest == 0 || since < oldest)) oldest = since;
  }
  if (oldest == 0) return std::nullopt;
  return std::chrono::milliseconds{NowMs() - oldest};
}

void TxnPool::AbortAll() {
  for (Slot& slot : slots_) {
    if (slot.txn != nullptr) mdb_txn_abort(slot.txn);
    slot.txn = nullptr;
  }
}

}  // namespace larder::lmdb
