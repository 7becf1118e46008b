#include "workloads/measured.h"

#include <vector>

#include "spread.h"

namespace larder::bench {

void Measured::Take(const Rounds& rounds) {
  std::vector<double> medians;
  for (const auto& round : rounds) {
    latency.Add(round);
    if (round.count() > 0) medians.push_back(static_cast<double>(round.At(0.5)));
  }
  spread = SpreadOf(medians);
}

double Measured::ItemNs() const {
  return items == 0 ? 0 : latency.mean_ns() * static_cast<double>(latency.count()) / static_cast<double>(items);
}

}  // namespace larder::bench
