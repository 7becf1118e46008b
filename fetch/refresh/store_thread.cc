#include "refresh/store_thread.h"

namespace larder::refresh {

StoreThread::StoreThread(std::function<void(std::function<void()>)> post)
    : post_(std::move(post)), thread_([this] { Run(); }) {}

StoreThread::~StoreThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void StoreThread::Execute(std::function<void()> work, std::function<void()> then) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(Job{std::move(work), std::move(then)});
  }
  ready_.notify_one();
}

std::size_t StoreThread::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void StoreThread::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    post_(std::move(job.then));
    lock.lock();
  }
}

}  // namespace larder::refresh
