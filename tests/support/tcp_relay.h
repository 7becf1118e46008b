// What lies between a client and a server on loopback: passes bytes on, until it falls silent as a broken path does.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/socket.h"

namespace larder::testing {

// Runs from construction until destruction. Everything may be called from any thread.
class TcpRelay {
 public:
  // To 127.0.0.1:`target`.
  explicit TcpRelay(std::uint16_t target) : target_(target), wake_(::eventfd(0, EFD_CLOEXEC)) {
    auto bound = BindLoopback(Transport::tcp, 0);
    if (!wake_.valid() || !bound.has_value() || ::listen(bound->fd(), 64) != 0) std::abort();
    listener_ = std::move(*bound);
    thread_ = std::thread([this] { Run(); });
  }
  ~TcpRelay() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    Wake();
    thread_.join();
  }
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  std::string host() const { return "127.0.0.1:" + std::to_string(LocalPort(listener_)); }
  // The connections that there are stay open, and nothing comes out of them any more, at either end. New ones work.
  // Returns how many there are.
  std::size_t Freeze() {
    std::size_t frozen = 0;
    {
      const std::lock_guard lock(mutex_);
      for (auto& pair : pairs_) {
        if (!std::exchange(pair->frozen, true)) ++frozen;
      }
    }
    Wake();
    return frozen;
  }

 private:
  struct Pair {
    std::array<Socket, 2> ends;
    std::array<std::string, 2> unsent;  // to that end, which does not read; meanwhile nothing is taken from the other
    bool frozen = false;
  };

  void Wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_.fd(), &one, sizeof one));
  }

  void Run() {
    for (;;) {
      std::vector<pollfd> ready = {pollfd{wake_.fd(), POLLIN, 0}, pollfd{listener_.fd(), POLLIN, 0}};
      std::vector<std::pair<std::shared_ptr<Pair>, std::size_t>> from;  // of those after the first two
      {
        const std::lock_guard lock(mutex_);
        if (ending_) return;
        for (const auto& pair : pairs_) {
          for (std::size_t end = 0; end < 2 && !pair->frozen; ++end) {
            short events = pair->unsent[end].empty() ? 0 : POLLOUT;
            if (pair->unsent[1 - end].empty()) events |= POLLIN;
            if (events == 0) continue;
            ready.push_back(pollfd{pair->ends[end].fd(), events, 0});
            from.emplace_back(pair, end);
          }
        }
      }
      if (::poll(ready.data(), ready.size(), -1) < 0) continue;
      std::uint64_t count = 0;
      if (ready[0].revents != 0) static_cast<void>(!::read(wake_.fd(), &count, sizeof count));
      const std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < from.size(); ++i) {
        if (ready[i + 2].revents != 0) Pass(from[i].first, from[i].second);
      }
      if (ready[1].revents != 0) Accept();
    }
  }

  void Accept() {
    Socket client(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    auto server = ConnectLoopback(target_);
    if (!client.valid() || !server.has_value()) return;
    auto pair = std::make_shared<Pair>();
    pair->ends = {std::move(client), std::move(*server)};
    pairs_.push_back(std::move(pair));
  }

  void Pass(const std::shared_ptr<Pair>& pair, std::size_t end) {
    if (pair->frozen || !pair->ends[end].valid()) return;
    if (Send(*pair, end) && Take(*pair, end)) return;
    pair->ends = {};
    std::erase(pairs_, pair);
  }

  // False where that end has gone.
  static bool Send(Pair& pair, std::size_t end) {
    std::string& unsent = pair.unsent[end];
    while (!unsent.empty()) {
      const ssize_t count = ::send(pair.ends[end].fd(), unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0) return errno == EAGAIN;
      unsent.erase(0, static_cast<std::size_t>(count));
    }
    return true;
  }

  static bool Take(Pair& pair, std::size_t end) {
    std::string& unsent = pair.unsent[1 - end];
    if (!unsent.empty()) return true;
    std::array<char, 16'384> bytes{};
    const ssize_t count = ::recv(pair.ends[end].fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count <= 0) return count < 0 && errno == EAGAIN;
    unsent.assign(bytes.data(), static_cast<std::size_t>(count));
    return Send(pair, 1 - end);
  }

  const std::uint16_t target_;
  Socket listener_;
  Socket wake_;
  std::mutex mutex_;
  bool ending_ = false;
  std::vector<std::shared_ptr<Pair>> pairs_;
  std::thread thread_;
};

}  // namespace larder::testing
