// A store that fails now and then, and loses records.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "larder/store_over.h"

namespace larder::refresh {

class FaultyStore final : public StoreOver {
 public:
  FaultyStore(std::shared_ptr<Store> next, unsigned seed) : StoreOver(*next), next_(std::move(next)), random_(seed) {}

  // As memcached: other hosts write to it too.
  void Share() { shared_ = true; }
  // Of a hundred calls, so many fail.
  void FailPercent(unsigned percent) { percent_ = percent; }
  // Drops so many records, of any kind, as an engine does that is full.
  void Evict(std::size_t records) {
    WriteBatch batch;
    for (std::size_t i = 0; i < records && !keys_.empty(); ++i) {
      auto key = keys_.begin();
      std::advance(key, static_cast<std::ptrdiff_t>(random_() % keys_.size()));
      batch.Remove(*key);
      keys_.erase(key);
    }
    static_cast<void>(next_->Write(batch, {}));
  }

  Result<void> Get(const Key& key, RecordBuf& buffer) override {
    if (Fails()) return Fault();
    return StoreOver::Get(key, buffer);
  }
  Result<std::unique_ptr<Reader>> OpenReader() override {
    if (Fails()) return Fault();
    return StoreOver::OpenReader();
  }
  StoreTraits Traits() const override {
    StoreTraits traits = StoreOver::Traits();
    traits.shared = shared_;
    return traits;
  }

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    if (Fails()) return Fault();
    for (const WriteOp* op : ops) {
      if (op->type == WriteOp::Type::remove) {
        keys_.erase(op->key);
      } else {
        keys_.insert(op->key);
      }
    }
    return StoreOver::DoWrite(ops, options, results);
  }

 private:
  bool Fails() { return random_() % 100 < percent_; }
  static std::unexpected<Error> Fault() { return Fail(Errc::unavailable, "the disk does not answer"); }

  std::shared_ptr<Store> next_;
  std::mt19937 random_;
  unsigned percent_ = 0;
  bool shared_ = false;
  std::set<Key> keys_;
};

}  // namespace larder::refresh
