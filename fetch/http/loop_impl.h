// The asio side of Loop. Only loop.cc and sockets.cc include it: asio costs seconds a file.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "http/loop.h"

namespace larder::http {

class Loop::Impl {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  Timers::Id Add(Deadline deadline, std::function<void()> fire);
  void Remove(Timers::Id id);

  asio::io_context io{1};  // one thread runs it; others may still post

 private:
  // One asio timer stands for all: armed for the earliest, or for one that was cancelled before it (a spare wake-up is
  // cheaper than arming anew at each request's end).
  void Arm();
  void Fire();

  asio::steady_timer timer_{io};
  std::optional<Deadline> armed_;
  std::map<std::pair<Deadline, Timers::Id>, std::function<void()>> due_;
  std::unordered_map<Timers::Id, Deadline> deadlines_;
  Timers::Id last_id_ = 0;
};

}  // namespace larder::http
