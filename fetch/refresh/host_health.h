// Whether a host answers, as the cycles over its repositories see it: who is to blame for a 5xx or a time-out.
#pragma once

#include <cstdint>

#include "larder/breaker.h"
#include "larder/client.h"

namespace larder::refresh {

// A failure of the host itself; where its limits or its silence forbid to ask, nothing failed.
inline bool FailedByHost(const FetchError& error) { return error.blame == Blame::host && WasSent(error); }

// A value, one a host; the loop's thread only. It counts as the host's breaker does, for clients that have none.
class HostHealth {
 public:
  // Anything but a failure of the host: 401, 404 and 429 too.
  void Answered() {
    row_ = 0;
    ++answers_;
  }
  // No connection, DNS, TLS, a time-out, 5xx, of a request that began in `round`. What was under way together when the
  // host or a connection fell silent fails once.
  void Failed(std::uint64_t round) {
    if (round < round_) return;
    ++round_;
    ++row_;
  }
  // To note when a request begins.
  std::uint64_t round() const { return round_; }
  // The last that was heard of it was an answer.
  bool well() const { return answers_ > 0 && row_ == 0; }
  // It failed three times in a row: then it is the host.
  bool silent() const { return row_ >= kBreakerFailures; }
  // So far; more than before: something was answered in between.
  std::uint64_t answers() const { return answers_; }

 private:
  std::uint32_t row_ = 0;
  std::uint64_t round_ = 0;
  std::uint64_t answers_ = 0;
};

}  // namespace larder::refresh
