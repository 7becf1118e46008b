#include "http/loop.h"

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include "http/loop_impl.h"

namespace larder::http {

namespace {
// Longer waits are as good as for ever, and stay clear of the clocks' ends.
constexpr Duration kLongestWait = std::chrono::hours(24 * 365);
}  // namespace

Timers::Id Loop::Impl::Add(Deadline deadline, std::function<void()> fire) {
  const Timers::Id id = ++last_id_;
  due_.emplace(std::pair(deadline, id), std::move(fire));
  deadlines_.emplace(id, deadline);
  Arm();
  return id;
}

void Loop::Impl::Remove(Timers::Id id) {
  const auto found = deadlines_.find(id);
  if (found == deadlines_.end()) return;
  // The function goes last: what it holds may come back here.
  auto node = due_.extract(std::pair(found->second, id));
  deadlines_.erase(found);
  if (due_.empty()) Arm();
}

void Loop::Impl::Arm() {
  if (due_.empty()) {
    if (armed_.has_value()) timer_.cancel();
    armed_.reset();
    return;
  }
  const Deadline first = due_.begin()->first.first;
  if (armed_.has_value() && *armed_ <= first) return;
  armed_ = first;
  timer_.expires_at(first);
  timer_.async_wait([this](const asio::error_code& cancelled) {
    if (!cancelled) Fire();
  });
}

void Loop::Impl::Fire() {
  armed_.reset();
  const Deadline now = std::chrono::steady_clock::now();
  while (!due_.empty() && due_.begin()->first.first <= now) {
    auto node = due_.extract(due_.begin());
    deadlines_.erase(node.key().second);
    node.mapped()();
  }
  Arm();
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

Time Loop::Now() const { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

Timers::Id Loop::At(Time when, std::function<void()> fire) {
  const Time now = Now();
  const Duration wait = when <= now ? Duration(0) : when > now + kLongestWait ? kLongestWait : when - now;
  return impl_->Add(std::chrono::steady_clock::now() + wait, std::move(fire));
}

void Loop::Cancel(Id id) { impl_->Remove(id); }

void Loop::Post(std::function<void()> fn) { asio::post(impl_->io, std::move(fn)); }

void Loop::Run() {
  const auto work = asio::make_work_guard(impl_->io);
  impl_->io.restart();
  impl_->io.run();
  impl_->io.restart();
  impl_->io.poll();
}

void Loop::RunUntilIdle() {
  impl_->io.restart();
  impl_->io.run();
}

void Loop::Stop() {
  asio::post(impl_->io, [impl = impl_.get()] { impl->io.stop(); });
}

}  // namespace larder::http
