#include "event_queue.h"

#include <poll.h>

#include <algorithm>
#include <ostream>
#include <utility>

namespace larder::tool {
namespace {

constexpr std::size_t kPiece = 4096;  // PIPE_BUF: a pipe that takes anything takes so much

bool TakesMore(int fd) {
  pollfd watched{fd, POLLOUT, 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace

void EventQueue::Add(const std::string& line) {
  {
    const std::lock_guard lock(mutex_);
    if (pending_.size() + line.size() > kMaxBytes) {
      ++dropped_;
      return;
    }
    pending_ += line;
  }
  poke_();
}

bool EventQueue::Drain(std::ostream& out, int fd) {
  for (;;) {
    if (writing_.empty()) {
      const std::lock_guard lock(mutex_);
      writing_ = std::exchange(pending_, {});
    }
    if (writing_.empty()) return true;
    std::size_t written = 0;
    while (written < writing_.size() && TakesMore(fd)) {
      const std::size_t piece = std::min(kPiece, writing_.size() - written);
      out.write(writing_.data() + written, static_cast<std::streamsize>(piece));
      out.flush();
      written += piece;
    }
    writing_.erase(0, written);
    if (!writing_.empty()) return false;
  }
}

std::size_t EventQueue::TakeDropped() {
  const std::lock_guard lock(mutex_);
  return std::exchange(dropped_, 0);
}

}  // namespace larder::tool
