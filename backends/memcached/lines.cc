#include "lines.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace larder::memcached {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
// A key of 250 bytes is 750 when encoded; no line of memcached's is near this.
constexpr std::size_t kLongestLine = std::size_t{16} * 1024;

}  // namespace

Result<Lines> Lines::Connect(const Endpoint& endpoint, Clock::time_point until) {
  LARDER_ASSIGN_OR_RETURN(Socket socket, Socket::StartConnecting(endpoint));
  Lines lines(endpoint, until, std::move(socket));
  LARDER_RETURN_IF_ERROR(lines.Wait(POLLOUT));
  if (const int error = lines.socket_.ConnectError(); error != 0) {
    return lines.Failed("connect: " + std::generic_category().message(error));
  }
  return lines;
}

Result<void> Lines::Send(std::string_view text) {
  while (!text.empty()) {
    const auto sent = send(socket_.fd(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EINTR) {
      LARDER_RETURN_IF_ERROR(Wait(POLLOUT));
    } else {
      return Failed("send: " + std::generic_category().message(errno));
    }
  }
  return {};
}

Result<std::string_view> Lines::Next() {
  std::size_t searched = begin_;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string_view line(buffer_.data() + begin_, end - begin_);
      if (line.ends_with('\r')) line.remove_suffix(1);
      begin_ = end + 1;
      return line;
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    if (buffer_.size() > kLongestLine) return Failed("a line without an end");
    LARDER_RETURN_IF_ERROR(Fill());
  }
}

Result<void> Lines::Fill() {
  const std::size_t held = buffer_.size();
  for (;;) {
    buffer_.resize(held + kReadBytes);
    const auto got = recv(socket_.fd(), buffer_.data() + held, kReadBytes, 0);
    buffer_.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) return {};
    if (got == 0) return Failed("the server closed the connection");
    if (errno != EAGAIN && errno != EINTR) return Failed("receive: " + std::generic_category().message(errno));
    LARDER_RETURN_IF_ERROR(Wait(POLLIN));
  }
}

Result<void> Lines::Wait(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now()).count();
    if (left <= 0) return Failed("the time for enumerating is over");
    pollfd one{socket_.fd(), events, 0};
    const int ready = poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return Failed("poll: " + std::generic_category().message(errno));
  }
}

std::unexpected<Error> Lines::Failed(std::string_view what) const {
  return Fail(Errc::unavailable, "memcached " + endpoint_.ToString() + ": " + std::string(what));
}

}  // namespace larder::memcached
