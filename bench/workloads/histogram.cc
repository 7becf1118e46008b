#include "workloads/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace larder::bench {

// Below 32 a bucket is one nanosecond; from there on each power of two is cut into 32.
std::size_t Histogram::BucketOf(std::uint64_t ns) {
  if (ns < kSub) return static_cast<std::size_t>(ns);
  const unsigned octave = static_cast<unsigned>(std::bit_width(ns)) - kSubBits;  // 1 ..
  return octave * kSub + static_cast<std::size_t>((ns >> (octave - 1)) - kSub);
}

std::uint64_t Histogram::EndOf(std::size_t bucket) {
  const std::size_t octave = bucket / kSub;
  if (octave == 0) return bucket;
  return ((bucket % kSub + kSub + 1) << (octave - 1)) - 1;
}

void Histogram::Record(std::chrono::nanoseconds taken) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(taken.count(), 0));
  ++buckets_[BucketOf(ns)];
  ++count_;
  max_ns_ = std::max(max_ns_, ns);
  total_ns_ += static_cast<double>(ns);
}

void Histogram::Add(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
  total_ns_ += other.total_ns_;
}

std::uint64_t Histogram::At(double quantile) const {
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) return std::min(EndOf(bucket), max_ns_);
  }
  return 0;
}

}  // namespace larder::bench
