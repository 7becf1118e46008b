// The same work on several threads for a while, in rounds.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "larder/error.h"
#include "workloads/measured.h"

namespace larder::bench {

// What one thread came to.
struct Part {
  Rounds rounds{};
  std::uint64_t items = 0, wrong = 0, missing = 0;
  Result<void> status;  // an error ends the thread
};

// Which round it is; the same for all threads.
class Turns {
 public:
  explicit Turns(unsigned threads) : threads_(threads) {}
  // Tells that a thread is ready, and returns when all are.
  void Arrive();
  // -1 while warming up, then 0 .. kRounds - 1; kRounds: it is over.
  int round() const { return round_.load(std::memory_order_relaxed); }
  // A call that began in `round` and was about so many items. What was called while warming up does not count.
  void Record(Part& part, int round, std::chrono::nanoseconds taken, std::uint64_t items);
  // Tells that a thread has ended.
  void Leave() { ++left_; }

  // Waits for all threads, and lets `seconds` pass, and a fifth of it before, to warm up. A round is as long as a call
  // at least, unless a thread ends.
  void Run(double seconds);

 private:
  const unsigned threads_;
  std::atomic<unsigned> ready_{0};
  std::atomic<unsigned> left_{0};
  std::atomic<int> round_{-1};
  std::atomic<int> recorded_{-1};  // the last round with a call
};

using ThreadWork = std::function<void(unsigned thread, Turns& turns, Part& part)>;

// `work` calls Arrive, then works until it is over. Answers all parts together with this process's memory, or the first
// error.
Result<Measured> RunOnThreads(unsigned threads, double seconds, const ThreadWork& work);

}  // namespace larder::bench
