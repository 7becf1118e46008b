#include "workloads/pick.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace larder::bench {
namespace {

double Zeta(std::uint64_t n, double theta) {
  double sum = 0;
  for (std::uint64_t i = n; i > 0; --i) sum += std::pow(static_cast<double>(i), -theta);
  return sum;
}

}  // namespace

Zipf::Zipf(std::uint64_t n, double theta) : n_(n), theta_(theta), zeta_(Zeta(n, theta)), alpha_(1 / (1 - theta)) {
  const double count = static_cast<double>(n);
  eta_ = n < 3 ? 0 : (1 - std::pow(2 / count, 1 - theta)) / (1 - Zeta(2, theta) / zeta_);
}

std::uint64_t Zipf::Next(Random& random) const {
  const double u = random.Fraction();
  const double scaled = u * zeta_;
  if (scaled < 1 || n_ == 1) return 0;
  if (scaled < 1 + std::pow(0.5, theta_) || n_ == 2) return 1;
  const double rank = static_cast<double>(n_) * std::pow(eta_ * u - eta_ + 1, alpha_);
  return std::min(static_cast<std::uint64_t>(rank), n_ - 1);
}

Scatter::Scatter(std::uint64_t n) : n_(n), factor_(0x9E3779B1) {
  while (std::gcd(factor_, n_) != 1) ++factor_;
}

std::uint64_t Scatter::Of(std::uint64_t rank) const { return rank * factor_ % n_; }

Picker::Picker(std::uint64_t n, double theta, std::uint64_t seed, unsigned thread, unsigned threads)
    : n_(n), random_(seed), scatter_(n), rank_(n / threads * thread) {
  if (theta > 0) zipf_.emplace(n, theta);
}

std::uint64_t Picker::Next() {
  if (zipf_.has_value()) return scatter_.Of(zipf_->Next(random_));
  rank_ = rank_ + 1 < n_ ? rank_ + 1 : 0;
  return scatter_.Of(rank_);
}

}  // namespace larder::bench
