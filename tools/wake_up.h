// What a command in the foreground waits for: signals, and other threads of its own.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>

#include "descriptor.h"

namespace larder::tool {

// One at a time, made before any other thread: those inherit that the signals are blocked.
class WakeUp {
 public:
  WakeUp();
  // Signals are as they were.
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  enum class Why : std::uint8_t { stop, reload, poked, readable, timeout };
  // SIGINT or SIGTERM: stop. SIGHUP: reload. After a stop those signals do again what they usually do. readable: there
  // is something, or the end, to be read from `fd`, where one is given.
  Why Wait(std::chrono::milliseconds at_most, int fd = -1);
  // From any thread.
  void Poke() const;

 private:
  sigset_t old_ = {};
  Descriptor signals_, poked_;
};

}  // namespace larder::tool
