#include "histogram.h"

#include <algorithm>
#include <ostream>

#include "words.h"

namespace larder::tool {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

void Histogram::Add(Duration value) {
  auto bucket = std::find_if(buckets_.begin(), buckets_.end() - 1, [&](const auto& b) { return value < b.below; });
  ++bucket->count;
}

std::uint64_t Histogram::total() const {
  std::uint64_t sum = 0;
  for (const auto& bucket : buckets_) sum += bucket.count;
  return sum;
}

void Histogram::Print(const Console& console) const {
  constexpr std::size_t kMargins = 6;
  constexpr std::size_t kLongestBar = 60;
  std::size_t title_width = 0, count_width = 0;
  std::uint64_t most = 1;
  for (const auto& bucket : buckets_) {
    title_width = std::max(title_width, bucket.title.size());
    count_width = std::max(count_width, Thousands(bucket.count).size());
    most = std::max(most, bucket.count);
  }
  const std::size_t used = title_width + count_width + kMargins;
  const auto columns = static_cast<std::size_t>(console.columns);
  const std::size_t room = std::min(kLongestBar, columns > used + 10 ? columns - used : 10);
  for (const auto& bucket : buckets_) {
    const std::string count = Thousands(bucket.count);
    // Whatever is there at all is seen.
    const std::size_t bar = bucket.count == 0 ? 0 : std::max<std::size_t>(1, room * bucket.count / most);
    *console.out << "  " << bucket.title << std::string(title_width - bucket.title.size() + 2, ' ')
                 << std::string(count_width - count.size(), ' ') << count;
    if (bar > 0) {
      *console.out << "  " << (console.color ? "\033[36m" : "") << std::string(bar, '#')
                   << (console.color ? "\033[0m" : "");
    }
    *console.out << '\n';
  }
}

void Histogram::Write(JsonWriter& json, std::string_view name) const {
  json.Array(name);
  for (const auto& bucket : buckets_) {
    json.Object();
    json.Text("Title", bucket.title);
    json.Number("Count", bucket.count);
    json.End();
  }
  json.End();
}

Histogram AgeHistogram() {
  return Histogram({{"under 1 h", hours(1)},
                    {"under 1 d", days(1)},
                    {"under 7 d", days(7)},
                    {"under 30 d", days(30)},
                    {"under 1 y", days(365)},
                    {"older", days(36'500)},
                    {"not known", {}}});
}

Histogram DeadlineHistogram() {
  return Histogram({{"overdue", Duration(1)},
                    {"within 5 min", minutes(5)},
                    {"within 1 h", hours(1)},
                    {"within 6 h", hours(6)},
                    {"within 1 d", days(1)},
                    {"within 3 d", days(3)},
                    {"within 8 d", days(8)},
                    {"later", {}}});
}

}  // namespace larder::tool
