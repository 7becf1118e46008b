#include "expiry_filter.h"

#include <string>
#include <utility>

#include "bytes.h"
#include "larder/collect.h"

namespace larder::rocks {
namespace {

class ExpiryFilter final : public rocksdb::CompactionFilter {
 public:
  explicit ExpiryFilter(Time now) : now_(now) {}
  const char* Name() const override { return "larder.expiry"; }

  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& record, std::string*, bool*) const override {
    if (now_ == Time{} || key.size() != Key::kSize) return false;
    return IsCollectable(ToKey(key), ToSpan(record), now_, Time{});
  }

 private:
  const Time now_;
};

class ExpiryFilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit ExpiryFilterFactory(std::shared_ptr<const FilterClock> clock) : clock_(std::move(clock)) {}
  const char* Name() const override { return "larder.expiry_factory"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<ExpiryFilter>(clock_->now());
  }

 private:
  const std::shared_ptr<const FilterClock> clock_;
};

}  // namespace

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeExpiryFilter(std::shared_ptr<const FilterClock> clock) {
  return std::make_shared<ExpiryFilterFactory>(std::move(clock));
}

}  // namespace larder::rocks
