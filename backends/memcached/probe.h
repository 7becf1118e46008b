// A question to a server that was silent, on a socket of its own that nobody waits for.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "address.h"
#include "socket.h"

namespace larder::memcached {

class Probe {
 public:
  enum class State : std::uint8_t { waiting, answered, failed };

  // Begins to connect.
  explicit Probe(const Endpoint& endpoint);

  // Goes on as far as it can within `wait` (0: does not wait at all).
  State Advance(std::chrono::milliseconds wait);
  // The same of many at once, until none waits for its answer or the time is over.
  static void AdvanceAll(std::span<Probe> probes, std::chrono::milliseconds wait);
  State state() const { return state_; }
  std::chrono::steady_clock::time_point started() const { return started_; }
  // It is connected, and the question is sent.
  bool asked() const { return asked_; }

 private:
  State Step();

  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  Socket socket_;
  State state_ = State::waiting;
  bool asked_ = false;
};

}  // namespace larder::memcached
