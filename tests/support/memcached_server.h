// A real memcached for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "larder/error.h"
#include "support/process.h"
#include "support/temp_dir.h"

namespace larder::testing {

struct MemcachedOptions {
  int memory_mb = 64;                  // -m
  std::string max_item_size = "1m";    // -I
  bool unix_socket = false;            // instead of TCP
  std::vector<std::string> arguments;  // added as they are
};

// Runs from Start until it is destroyed, on a loopback port that it chose itself. One thread at a time.
class MemcachedServer {
 public:
  static Result<std::unique_ptr<MemcachedServer>> Start(MemcachedOptions options = {});

  std::uint16_t port() const { return port_; }                               // 0 with a unix socket
  const std::filesystem::path& socket_path() const { return socket_path_; }  // empty with TCP
  std::string endpoint() const;                                              // "127.0.0.1:port", or the socket's path

  Process& process() { return process_; }
  void Pause() { process_.Pause(); }  // SIGSTOP: connections open, nothing answers
  void Resume() { process_.Resume(); }
  void Kill() { process_.Kill(); }  // connections are refused from now on
  // Ends it where it runs and starts it again, empty, at the same endpoint.
  Result<void> Restart();

 private:
  explicit MemcachedServer(MemcachedOptions options) : options_(std::move(options)) {}
  Result<void> Launch();

  MemcachedOptions options_;
  TempDir directory_;
  std::filesystem::path socket_path_;
  std::uint16_t port_ = 0;
  Process process_;
};

}  // namespace larder::testing
