// How many of something lie in which span of time, counted and drawn with bars.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "console.h"
#include "json_writer.h"

namespace larder::tool {

// Buckets by rising bounds; what is below a bound, and not below the one before, is counted with it.
class Histogram {
 public:
  struct Bucket {
    std::string title;    // "within 1 h"
    Duration below = {};  // exclusive; of the last one ignored
    std::uint64_t count = 0;
  };
  explicit Histogram(std::vector<Bucket> buckets) : buckets_(std::move(buckets)) {}

  void Add(Duration value);
  void AddToLast() { ++buckets_.back().count; }  // what has no value
  std::uint64_t total() const;
  // A line a bucket: title, count, a bar as long as its share of the largest. As wide as the console.
  void Print(const Console& console) const;
  // An array of {"Title", "Count"}.
  void Write(JsonWriter& json, std::string_view name) const;

 private:
  std::vector<Bucket> buckets_;
};

// Ages: under 1 h, 1 d, 7 d, 30 d, 1 y, older, none.
Histogram AgeHistogram();
// From now on: overdue, within 5 min, 1 h, 6 h, 1 d, 3 d, 8 d, later.
Histogram DeadlineHistogram();

}  // namespace larder::tool
