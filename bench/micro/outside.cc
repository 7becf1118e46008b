#include "micro/outside.h"

#include <libmemcached/memcached.h>

#include <cstddef>
#include <vector>

#include "spread.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Inside {
  bool counting = false;
  int calls = 0;
  Clock::duration time{};
};
thread_local constinit Inside inside;

template <class Call>
auto Timed(const Call& call) {
  if (!inside.counting) return call();
  const auto begin = Clock::now();
  const auto answer = call();
  inside.time += Clock::now() - begin;
  ++inside.calls;
  return answer;
}

[[gnu::noinline]] int TimedNothing(int number) {
  return Timed([number] {
    int same = number;
    asm volatile("" : "+r"(same));  // not to be seen through
    return same;
  });
}

}  // namespace

extern "C" {
// What the linker calls the functions themselves, and what it puts in their place.
memcached_return_t RealMget(memcached_st* handle, const char* const* keys, const std::size_t* lengths,
                            std::size_t count) __asm__("__real_memcached_mget");
memcached_result_st* RealFetchResult(memcached_st* handle, memcached_result_st* result,
                                     memcached_return_t* code) __asm__("__real_memcached_fetch_result");
memcached_return_t WrapMget(memcached_st* handle, const char* const* keys, const std::size_t* lengths,
                            std::size_t count) __asm__("__wrap_memcached_mget");
memcached_result_st* WrapFetchResult(memcached_st* handle, memcached_result_st* result,
                                     memcached_return_t* code) __asm__("__wrap_memcached_fetch_result");

memcached_return_t WrapMget(memcached_st* handle, const char* const* keys, const std::size_t* lengths,
                            std::size_t count) {
  return Timed([&] { return RealMget(handle, keys, lengths, count); });
}

memcached_result_st* WrapFetchResult(memcached_st* handle, memcached_result_st* result, memcached_return_t* code) {
  return Timed([&] { return RealFetchResult(handle, result, code); });
}
}

OutsideClock::OutsideClock() {
  constexpr int kRuns = 1001, kCalls = 100;
  std::vector<double> empty, full;
  for (int run = 0; run < kRuns; ++run) {
    Begin();
    empty.push_back(Stop());
    Begin();
    for (int call = 0; call < kCalls; ++call) TimedNothing(call);
    full.push_back(Stop());
  }
  empty_ns_ = MedianOf(empty);
  call_ns_ = (MedianOf(full) - empty_ns_) / kCalls;
}

void OutsideClock::Begin() {
  inside = Inside{.counting = true};
  begin_ = Clock::now();
}

double OutsideClock::Stop() {
  const auto taken = Clock::now() - begin_;
  inside.counting = false;
  calls_ = inside.calls;
  return std::chrono::duration<double, std::nano>(taken - inside.time).count();
}

double OutsideClock::End() {
  const double taken = Stop();
  return taken - empty_ns_ - call_ns_ * calls_;
}

}  // namespace larder::bench
