// Lines on their way to standard output: from the refresher's thread, which must never wait, to one that may.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>

namespace larder::tool {

class EventQueue {
 public:
  // What nobody reads is dropped beyond this.
  static constexpr std::size_t kMaxBytes = 16 << 20;

  // `poke` is called after each line, on the thread of Add.
  explicit EventQueue(std::function<void()> poke) : poke_(std::move(poke)) {}

  // From any thread.
  void Add(const std::string& line);
  // Writes what the reader of `fd` takes now, by way of `out`, which writes there. False where something is left. One
  // thread at a time.
  bool Drain(std::ostream& out, int fd);
  // Lines dropped since the last call.
  std::size_t TakeDropped();

 private:
  std::function<void()> poke_;
  std::mutex mutex_;
  std::string pending_;      // guarded by mutex_
  std::size_t dropped_ = 0;  // guarded by mutex_
  std::string writing_;      // Drain's own
};

}  // namespace larder::tool
