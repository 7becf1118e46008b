// The thread on which a Refresher reads and writes its store.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "refresh/executor.h"

namespace larder::refresh {

class StoreThread final : public Executor {
 public:
  // `post` runs a function on the loop's thread; it must be good as long as this object is.
  explicit StoreThread(std::function<void(std::function<void()>)> post);
  ~StoreThread() override;  // finishes what was given

  void Execute(std::function<void()> work, std::function<void()> then) override;
  std::size_t waiting() const;

 private:
  void Run();

  struct Job {
    std::function<void()> work, then;
  };
  std::function<void(std::function<void()>)> post_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;  // guarded by mutex_
  bool stop_ = false;     // guarded by mutex_
  std::thread thread_;    // last: starts when the rest is there
};

}  // namespace larder::refresh
