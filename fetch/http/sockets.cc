#include "http/sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/posix/stream_descriptor.hpp>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "http/loop_impl.h"
#include "http/tcp_bytes.h"

namespace larder::http {

namespace {

enum Direction : std::size_t { kRead, kWrite };

constexpr auto WaitType(Direction direction) {
  return direction == kRead ? asio::posix::stream_descriptor::wait_read : asio::posix::stream_descriptor::wait_write;
}

int LocalPort(int fd) {
  sockaddr_storage address;
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    return ntohs(v4.sin_port);
  }
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    return ntohs(v6.sin6_port);
  }
  return 0;
}

}  // namespace

struct Sockets::Socket {
  Socket(asio::io_context& io, int number, bool borrow, std::string leads_to)
      : descriptor(io), fd(number), borrowed(borrow), way(std::move(leads_to)) {
    asio::error_code ignored;
    descriptor.assign(fd, ignored);
  }
  ~Socket() {
    if (borrowed && descriptor.is_open()) descriptor.release();
  }
  asio::posix::stream_descriptor descriptor;
  const int fd;
  const bool borrowed;
  const std::string way;
  std::array<bool, 2> wanted{};
  std::array<bool, 2> waiting{};
  std::uint64_t generation = 0;  // of its waits: a cancelled one may still be on its way
  int local_port = 0;            // 0: not asked for yet
};

class Sockets::State : public std::enable_shared_from_this<Sockets::State> {
 public:
  State(Loop& loop, OnReady on_ready) : io_(loop.impl().io), on_ready_(std::move(on_ready)) {}

  void Add(int fd, bool borrowed, std::string way) {
    sockets_.insert_or_assign(fd, std::make_shared<Socket>(io_, fd, borrowed, std::move(way)));
  }

  void Remove(int fd) {
    const auto found = sockets_.find(fd);
    if (found == sockets_.end()) return;
    const std::shared_ptr<Socket> socket = found->second;
    sockets_.erase(found);
    Forget(*socket);
    asio::error_code ignored;
    if (socket->borrowed) {
      socket->descriptor.release();
    } else {
      socket->descriptor.close(ignored);
    }
  }

  void Watch(int fd, bool read, bool write) {
    auto found = sockets_.find(fd);
    if (found == sockets_.end()) {
      if (!read && !write) return;
      Add(fd, true, "");
      found = sockets_.find(fd);
    }
    const std::shared_ptr<Socket> socket = found->second;
    if (!read && !write && socket->borrowed) return Remove(fd);
    socket->wanted = {read, write};
    // asio cancels both directions of a descriptor or none.
    if ((socket->waiting[kRead] && !read) || (socket->waiting[kWrite] && !write)) Forget(*socket);
    Wait(socket, kRead);
    Wait(socket, kWrite);
  }

  Socket* Find(int fd) const {
    const auto found = sockets_.find(fd);
    return found == sockets_.end() ? nullptr : found->second.get();
  }

  const std::unordered_map<int, std::shared_ptr<Socket>>& sockets() const { return sockets_; }

 private:
  static void Forget(Socket& socket) {
    ++socket.generation;
    socket.waiting = {};
    asio::error_code ignored;
    socket.descriptor.cancel(ignored);
  }

  void Wait(const std::shared_ptr<Socket>& socket, Direction direction) {
    if (!socket->wanted[direction] || socket->waiting[direction]) return;
    socket->waiting[direction] = true;
    socket->descriptor.async_wait(
        WaitType(direction),
        [weak = weak_from_this(), socket, direction, generation = socket->generation](const asio::error_code& failed) {
          if (failed || generation != socket->generation) return;
          if (const std::shared_ptr<State> state = weak.lock()) state->Ready(socket, direction);
        });
  }

  void Ready(const std::shared_ptr<Socket>& socket, Direction direction) {
    socket->waiting[direction] = false;
    const std::uint64_t generation = socket->generation;
    on_ready_(socket->fd, direction == kRead, direction == kWrite);
    // Gone, or already waiting for something else, where the generation moved.
    if (generation == socket->generation) Wait(socket, direction);
  }

  asio::io_context& io_;
  const OnReady on_ready_;
  std::unordered_map<int, std::shared_ptr<Socket>> sockets_;
};

Sockets::Sockets(Loop& loop, OnReady on_ready) : state_(std::make_shared<State>(loop, std::move(on_ready))) {}
Sockets::~Sockets() = default;

int Sockets::Open(int family, int type, int protocol, std::string way) noexcept {
  const int fd = ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (fd >= 0) state_->Add(fd, false, std::move(way));
  return fd;
}

void Sockets::Close(int fd) noexcept {
  if (state_->Find(fd) == nullptr) {
    ::close(fd);
    return;
  }
  state_->Remove(fd);
}

void Sockets::Watch(int fd, bool read, bool write) noexcept { state_->Watch(fd, read, write); }

int Sockets::FindByLocalPort(int port) const {
  if (port <= 0) return -1;
  for (const auto& [fd, socket] : state_->sockets()) {
    if (socket->borrowed) continue;
    if (socket->local_port == 0) socket->local_port = LocalPort(fd);
    if (socket->local_port == port) return fd;
  }
  return -1;
}

void Sockets::ShutDown(int fd) const {
  if (state_->Find(fd) != nullptr) ::shutdown(fd, SHUT_RDWR);
}

void Sockets::ShutDownIdle(std::string_view way, std::chrono::milliseconds silent) const {
  // The kernel's times are as coarse as its ticks.
  constexpr std::chrono::milliseconds kTick{10};
  for (const auto& [fd, socket] : state_->sockets()) {
    // curl has each watched that a transfer is on.
    const bool idle = !socket->borrowed && !socket->wanted[kRead] && !socket->wanted[kWrite];
    if (idle && socket->way == way && SilentFor(fd) + kTick >= silent) ShutDown(fd);
  }
}

std::size_t Sockets::open() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(state_->sockets(), [](const auto& entry) { return !entry.second->borrowed; }));
}

}  // namespace larder::http
