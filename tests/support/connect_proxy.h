// A proxy that makes tunnels (CONNECT), all of them to one server on loopback.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/socket.h"

namespace larder::testing {

// Runs from construction until destruction; a thread a tunnel.
class ConnectProxy {
 public:
  // Tunnels lead to 127.0.0.1:`target`, whatever they are asked for. With an `authorization` only who sends that as
  // Proxy-Authorization gets one; others are answered 407.
  explicit ConnectProxy(std::uint16_t target, std::string authorization = {});
  ~ConnectProxy();
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;

  std::uint16_t port() const { return LocalPort(listener_); }
  // What tunnels were made for, in order: "registry.example.com:443".
  std::vector<std::string> tunnels() const;

 private:
  void Accept();
  void Serve(const Socket& client);
  // False once it ends: then nothing is begun any more.
  bool Keep(int fd);

  const std::uint16_t target_;
  const std::string authorization_;
  Socket listener_;
  mutable std::mutex mutex_;
  bool ending_ = false;
  std::vector<int> open_;
  std::vector<std::string> tunnels_;
  std::vector<std::thread> threads_;  // of the accepting thread alone
  std::thread accepting_;
};

}  // namespace larder::testing
