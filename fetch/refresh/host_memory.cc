#include "refresh/host_memory.h"

#include <memory>
#include <utility>
#include <vector>

#include "larder/scan.h"

namespace larder::refresh {

void HostMemory::Start(std::function<void()> ready) {
  running_ = true;
  auto found = std::make_shared<std::vector<HostRecord>>();
  const Time now = timers_.Now();
  executor_.Execute(
      [this, found, now] {
        if (!store_.Traits().ordered) return;
        Reader::ScanOptions options;
        options.range = KeyRange::OfKind(RecordKind::host);
        // Without these records limits are learned anew, so a store that does not answer here is no reason to wait.
        static_cast<void>(ScanStore(store_, options, [&](const Key& key, std::span<const std::byte> bytes) {
          auto record = ReadHostRecord(key, bytes);
          if (record.has_value() && IsLive(record->expiry, now)) found->push_back(std::move(*record));
          return ScanAction::go_on;
        }));
      },
      [this, found, ready = std::move(ready)] {
        Restore(*found);
        if (running_) {
          limits_.Watch(this, [this] { Arm(); });
          Arm();  // for what changed before
        }
        ready();
      });
}

void HostMemory::Know(const std::vector<std::string>& hosts) {
  if (store_.Traits().ordered) return;
  auto keys = std::make_shared<std::vector<Key>>();
  for (const auto& host : hosts) {
    if (known_.insert(host).second) keys->push_back(Key::Host(host));
  }
  if (keys->empty()) return;
  auto found = std::make_shared<std::vector<HostRecord>>();
  executor_.Execute(
      [this, keys, found, now = timers_.Now()] {
        static_cast<void>(GetFoundFromStore(store_, *keys, [&](std::size_t index, std::span<const std::byte> bytes) {
          auto record = ReadHostRecord((*keys)[index], bytes);
          if (record.has_value() && IsLive(record->expiry, now)) found->push_back(std::move(*record));
        }));
      },
      [this, found] { Restore(*found); });
}

void HostMemory::Restore(const std::vector<HostRecord>& records) {
  for (const auto& record : records) limits_.Restore(record);
}

void HostMemory::Arm() {
  if (timer_.has_value()) return;
  timer_ = timers_.At(timers_.Now() + kHostWrite, [this] {
    timer_.reset();
    Write();
  });
}

void HostMemory::Write() {
  auto changed = limits_.TakeChanged();
  if (changed.empty()) return;
  auto batch = std::make_shared<WriteBatch>();
  WriteOptions options;
  options.now = timers_.Now();
  for (auto& record : changed) {
    record.expiry = options.now + kHostRetention;
    auto bytes = BuildHostRecord(record);
    if (bytes.has_value()) batch->Put(Key::Host(record.host), std::move(*bytes));
  }
  // What is lost here is learned again.
  executor_.Execute([this, batch, options] { static_cast<void>(store_.Write(*batch, options)); }, [] {});
}

void HostMemory::Stop() {
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  if (!std::exchange(running_, false)) return;
  limits_.Watch(this, {});
  Write();
}

}  // namespace larder::refresh
