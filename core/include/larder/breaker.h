// Stops asking a host that does not answer, and finds out with one request at a time whether it does again.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "larder/api.h"
#include "larder/backoff.h"
#include "larder/time.h"

namespace LARDER_API larder {

// Three failures in a row open it: for 30 s, doubling to 15 min each time that the probe fails too. In a row is one
// after another: what was under way together when a connection or the host fell silent fails once. Of a host with a
// name each wait is a tenth shorter to a tenth longer (Jitter, backoff.h, of that name and the time): what went silent
// at once for many refreshers, or many hosts, is not tried by all of them at once.
inline constexpr std::uint32_t kBreakerFailures = 3;
inline constexpr Backoff kHostBackoff{std::chrono::seconds(30), std::chrono::minutes(15)};
inline constexpr Duration kLongestHostWait = kHostBackoff.most + kHostBackoff.most / 10;

// A value, one per host; not thread-safe. Failures are those that the host is to blame for: no connection, DNS, TLS, a
// timeout, 5xx. Every other answer, 401, 404 and 429 among them, is a success: the host is there.
class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, probing };
  enum class Admission : std::uint8_t {
    pass,     // send it
    probe,    // send it: everybody else waits for what comes of it
    refused,  // do not; retry_at() says when
  };

  // "": without a name its waits are exact.
  explicit Breaker(std::string host = {}) : host_(std::move(host)) {}

  // Ask before each request. One that is let through must be followed by exactly one of the three below, with the
  // admission that it got.
  Admission Admit(Time now);
  void Succeeded();
  // `sent`: when it was let through. What was sent before the breaker opened and fails afterwards does not lengthen the
  // wait.
  void Failed(Admission admission, Time sent, Time now);
  // The request was aborted by us and says nothing of the host.
  void Cancelled(Admission admission);

  State state() const { return state_; }
  // The end of the wait; REQUIRES: not closed.
  Time retry_at() const { return open_until_; }

 private:
  void Open(Time now);

  std::string host_;
  State state_ = State::closed;
  std::uint32_t failures_ = 0;  // in a row, while closed
  Time failed_at_{};            // the last that was counted
  std::uint32_t openings_ = 0;  // in a row
  Time open_until_{};
};

}  // namespace larder
