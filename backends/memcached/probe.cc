#include "probe.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

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
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + wait;
  while (state_ == State::waiting) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    pollfd poll_for{socket_.fd(), static_cast<short>(asked_ ? POLLIN : POLLOUT), 0};
    const int ready = poll(&poll_for, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) break;
    state_ = ready < 0 ? State::failed : Step();
  }
  return state_;
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
