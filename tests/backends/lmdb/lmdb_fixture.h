// A store in a directory of its own, and records to put into it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "conformance/store_conformance.h"
#include "larder/lmdb_store.h"
#include "support/temp_dir.h"

namespace larder {

using conformance::Bytes;
using conformance::ImageKey;
using conformance::kNow;
using conformance::RecordOf;
using conformance::SeedOf;
using ::testing::HasSubstr;

class LmdbTest : public ::testing::Test {
 protected:
  const std::filesystem::path& path() const { return directory_.path(); }
  LmdbOptions Options(std::uint64_t max_bytes = std::uint64_t{64} << 20) const {
    LmdbOptions options;
    options.path = path();
    options.max_bytes = max_bytes;
    return options;
  }
  LmdbOptions ReadOnly() const {
    LmdbOptions options = Options();
    options.read_only = true;
    return options;
  }
  // Fails the test, and answers null, where that does not open.
  static std::unique_ptr<Store> Open(const LmdbOptions& options) {
    auto store = OpenLmdbStore(options);
    EXPECT_TRUE(store.has_value()) << store.error().ToString();
    return store.has_value() ? std::move(*store) : nullptr;
  }
  static Error OpenError(const LmdbOptions& options) {
    auto store = OpenLmdbStore(options);
    EXPECT_FALSE(store.has_value());
    return store.has_value() ? Error{} : store.error();
  }

 private:
  testing::TempDir directory_;
};

// Images `first` to `first + count - 1`, each with that payload and its own number as the seed.
inline WriteBatch Images(int first, int count, std::size_t payload_bytes = 184,
                         Time expiry = kNow + std::chrono::days{30}) {
  WriteBatch batch;
  for (int i = first; i < first + count; ++i) {
    batch.Put(ImageKey(i), RecordOf(ImageKey(i), payload_bytes, static_cast<unsigned>(i), expiry));
  }
  return batch;
}

// The first error of the batch or its operations; nothing where all succeeded.
inline std::optional<Error> WriteAll(Store& store, const WriteBatch& batch) {
  const auto results = store.Write(batch, {.now = kNow});
  if (!results.has_value()) return results.error();
  for (const auto& result : *results) {
    if (!result.has_value()) return result.error();
  }
  return std::nullopt;
}

inline bool Has(Store& store, const Key& key) {
  RecordBuf buffer;
  return store.Get(key, buffer).has_value();
}

// A number from the environment, for runs longer than the usual.
inline int Knob(const char* name, int usual) {
  const char* text = std::getenv(name);
  return text == nullptr ? usual : std::atoi(text);
}

}  // namespace larder
