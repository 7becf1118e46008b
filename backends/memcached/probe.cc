#include "probe.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

namespace larder::memcached {

Probe::Probe(const Endpoint& endpoint) {
  auto socket = Socket::StartConnecting(endpoint);
  if (!socket.has_value()) {
    state_ = State::failed;
    return;
  }
  socket_ = std::move(*socket);
}

Probe::State Probe::Advance(std::chrono::milliseconds wait) {
  AdvanceAll({this, 1}, wait);
  return state_;
}

void Probe::AdvanceAll(std::span<Probe> probes, std::chrono::milliseconds wait) {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + wait;
  std::vector<pollfd> polls;
  std::vector<Probe*> waiting;
  for (;;) {
    polls.clear();
    waiting.clear();
    for (Probe& probe : probes) {
      if (probe.state_ != State::waiting) continue;
      polls.push_back({probe.socket_.fd(), static_cast<short>(probe.asked_ ? POLLIN : POLLOUT), 0});
      waiting.push_back(&probe);
    }
    if (polls.empty()) return;
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    const int ready = poll(polls.data(), polls.size(), static_cast<int>(std::max(left, milliseconds(0)).count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return;
    for (std::size_t i = 0; i < polls.size(); ++i) {
      if (ready < 0) {
        waiting[i]->state_ = State::failed;
      } else if (polls[i].revents != 0) {
        waiting[i]->state_ = waiting[i]->Step();
      }
    }
  }
}

Probe::State Probe::Step() {
  if (!asked_) {
    constexpr std::string_view kQuestion = "version\r\n";
    if (socket_.ConnectError() != 0) return State::failed;
    const auto sent = send(socket_.fd(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(kQuestion.size())) return State::failed;
    asked_ = true;
    return State::waiting;
  }
  char answer[64];
  return recv(socket_.fd(), answer, sizeof answer, 0) > 0 ? State::answered : State::failed;
}

}  // namespace larder::memcached
