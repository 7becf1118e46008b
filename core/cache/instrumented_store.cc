#include "larder/instrumented_store.h"

namespace larder {
namespace {

template <class Fn>
auto Timed(const StoreObserver& observer, StoreMethod method, Fn ask) {
  const auto begin = std::chrono::steady_clock::now();
  auto result = ask();
  const bool success = result.has_value() || result.error().code == Errc::not_found;
  if (observer) observer(method, success, std::chrono::steady_clock::now() - begin);
  return result;
}

}  // namespace

Result<void> InstrumentedStore::Get(const Key& key, RecordBuf& buffer) {
  return Timed(observer_, StoreMethod::get, [&] { return StoreOver::Get(key, buffer); });
}

Result<std::unique_ptr<Reader>> InstrumentedStore::OpenReader() {
  return Timed(observer_, StoreMethod::open_reader, [&] { return StoreOver::OpenReader(); });
}

Result<CollectProgress> InstrumentedStore::Collect(const CollectSlice& slice) {
  return Timed(observer_, StoreMethod::collect, [&] { return StoreOver::Collect(slice); });
}

Result<void> InstrumentedStore::DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                                        std::span<Result<void>* const> results) {
  return Timed(observer_, StoreMethod::write, [&] { return StoreOver::DoWrite(ops, options, results); });
}

}  // namespace larder
