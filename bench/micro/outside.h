// How much of a call to the memcached store is Larder's own.
//
// The difference of two calls of 60 us, the store's and libmemcached's, says nothing about the microsecond that lies
// between them: each is spent in system calls that take now more, now less. So the linker (--wrap, in CMakeLists.txt)
// puts a clock around the functions of libmemcached that send and receive, memcached_mget and memcached_fetch_result,
// where our libraries call them, and what is left of a call's time is counted. That it is time on the wall does not
// matter: nothing of it is spent in system calls, and of the calls in which another program took the processor the
// median knows nothing. libmemcached's small functions, which hand out what was received, count as ours.
//
// The cost of looking at the clock is measured beforehand and taken off. That holds for a clock that is at hand; after
// a system call it costs a little more, which counts as ours too.
#pragma once

#include <chrono>

namespace larder::bench {

// One thread's.
class OutsideClock {
 public:
  OutsideClock();

  void Begin();
  // ns since Begin outside of libmemcached, and of looking at the clock.
  double End();

  double call_ns() const { return call_ns_; }  // that a wrapped call costs, and so is taken off for each

 private:
  using Clock = std::chrono::steady_clock;
  // Without anything taken off.
  double Stop();

  Clock::time_point begin_;
  int calls_ = 0;  // of the last time
  double empty_ns_ = 0;
  double call_ns_ = 0;
};

}  // namespace larder::bench
