#include "micro/age.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "larder/copy_store.h"
#include "micro/collect.h"
#include "micro/population.h"
#include "report/table.h"

namespace larder::bench {
namespace {

// A server that others use too: only what it grew by is ours.
StoreStats Plus(const StoreStats& base, const StoreStats& before, const StoreStats& after) {
  StoreStats sum = base;
  sum.live_bytes += after.live_bytes - before.live_bytes;
  sum.file_bytes += after.file_bytes - before.file_bytes;
  return sum;
}

void Churn(Engines& engines, Engine& engine) {
  constexpr int kBatchesALook = 20;
  const auto before = Must(engine.store->Stats());
  std::vector<KeyAndBytes> records;
  std::uint64_t peak = 0;
  int batches = 0;
  for (const auto number : RandomNumbers(Images(), 11)) {
    // The next version, with the labels of another image: sizes change too.
    auto record = MadeRecord(RefOf(number), number + Images() + number % 7, 1);
    record.expiry = ExpiryOf(number);
    records.emplace_back(KeyOf(record), Must(BuildImageRecord(record)));
    if (records.size() < kBatch) continue;
    WriteRecords(*engine.store, records);
    records.clear();
    if (++batches % kBatchesALook == 0) peak = std::max(peak, Must(engine.store->Stats()).file_bytes);
  }
  if (!records.empty()) WriteRecords(*engine.store, records);
  Check(engine.store->Flush());
  const auto after = Must(engine.store->Stats());
  if (engine.store->Traits().shared) {
    engines.AddSize(engine.name, "after churn", Plus(engine.fresh, before, after), Images());
    return;
  }
  engines.AddSize(engine.name, "after churn", after, Images() + kLargeTags);
  engines.AddNote(engine.name + ": largest while churning, over what is in use at the end",
                  FormatFixed(static_cast<double>(peak) / static_cast<double>(after.live_bytes), 2));
}

// Pages that were free before the Reader came are used up first: what counts is the growth after some batches.
void WriteUnderReader(Engines& engines, Engine& engine) {
  constexpr int kHeldBatches = 16;
  const auto numbers = RandomNumbers(kHeldBatches * kBatch, 13);
  const auto on_disk = [&] { return static_cast<double>(Must(engine.store->Stats()).file_bytes); };
  const auto reader = Must(engine.store->OpenReader());
  double at_half = 0;
  for (std::size_t batch = 0; batch < kHeldBatches; ++batch) {
    std::vector<KeyAndBytes> records;
    for (std::size_t i = 0; i < kBatch; ++i) records.push_back(StoredOf(numbers[batch * kBatch + i]));
    WriteRecords(*engine.store, records);
    if (batch + 1 == kHeldBatches / 2) at_half = on_disk();
  }
  engines.AddNote(engine.name + ": growth on disk under a held Reader",
                  FormatFixed((on_disk() - at_half) / (kHeldBatches / 2) / 1e6, 2) + " MB a batch of 512");
}

void Copy(Engines& engines, Engine& engine) {
  const auto copy = engine.open_another();
  const auto before = Must(copy->Stats());
  CopyOptions options;
  options.now = kNow;
  const auto report = Must(CopyStore(*engine.store, *copy, options));
  if (report.failed + report.broken != 0) {
    Check(Fail(Errc::corruption, engine.name + ": the copy is not whole: " + std::to_string(report.failed) +
                                     " failed, " + std::to_string(report.broken) + " broken"));
  }
  Check(copy->Flush());
  WaitFor([&] { return IsSettled(*copy); });
  auto after = Must(copy->Stats());
  if (engine.store->Traits().shared) after = Plus(StoreStats(), before, after);
  engines.AddSize(engine.name, "after a copy", after, static_cast<double>(report.written));
}

void CollectHalf(Engines& engines, Engine& engine) {
  const std::uint64_t half = std::min<std::uint64_t>(Images(), kExpiries) / 2;
  const Collected collected = Must(CollectAll(*engine.store, ExpiryOf(half)));
  engines.AddNote(
      engine.name + ": Collect of " + std::to_string(collected.scanned) + " records, " +
          std::to_string(collected.removed) + " of them expired",
      FormatFixed(collected.seconds, 2) + " s, longest slice " + FormatFixed(collected.longest_ms, 1) + " ms");
}

}  // namespace

void Age(Engines& engines) {
  for (auto& engine : engines.all()) {
    const StoreTraits traits = engine.store->Traits();
    Churn(engines, engine);
    if (traits.durable) WriteUnderReader(engines, engine);
    Copy(engines, engine);
    if (!traits.shared) CollectHalf(engines, engine);
  }
}

}  // namespace larder::bench
