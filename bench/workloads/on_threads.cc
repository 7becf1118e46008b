#include "workloads/on_threads.h"

#include <thread>
#include <vector>

#include "workloads/result.h"

namespace larder::bench {

void Turns::Arrive() {
  ++ready_;
  while (ready_.load() < threads_) std::this_thread::yield();
}

void Turns::Record(Part& part, int round, std::chrono::nanoseconds taken, std::uint64_t items) {
  if (round < 0 || round >= kRounds) return;
  part.rounds[static_cast<std::size_t>(round)].Record(taken);
  part.items += items;
  if (recorded_.load(std::memory_order_relaxed) < round) recorded_ = round;
}

void Turns::Run(double seconds) {
  constexpr std::chrono::milliseconds kLook{1};
  while (ready_.load() < threads_) std::this_thread::sleep_for(kLook);
  for (int round = -1; round < kRounds; ++round) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds / kRounds));
    while (recorded_.load() < round && left_.load() == 0) std::this_thread::sleep_for(kLook);
    round_ = round + 1;
  }
}

Result<Measured> RunOnThreads(unsigned threads, double seconds, const ThreadWork& work) {
  Turns turns(threads);
  std::vector<Part> parts(threads);
  std::vector<std::thread> running;
  for (unsigned i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      work(i, turns, parts[i]);
      turns.Leave();
    });
  }
  turns.Run(seconds);
  for (auto& thread : running) thread.join();
  Measured all;
  Rounds rounds{};
  for (auto& part : parts) {
    LARDER_RETURN_IF_ERROR(std::move(part.status));
    for (std::size_t i = 0; i < rounds.size(); ++i) rounds[i].Add(part.rounds[i]);
    all.items += part.items;
    all.wrong += part.wrong;
    all.missing += part.missing;
  }
  all.Take(rounds);
  all.memory_bytes = OwnMemoryBytes();
  return all;
}

}  // namespace larder::bench
