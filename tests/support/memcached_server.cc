#include "support/memcached_server.h"

#include <unistd.h>

#include "support/servers.h"

namespace larder::testing {

Result<std::unique_ptr<MemcachedServer>> MemcachedServer::Start(MemcachedOptions options) {
  std::unique_ptr<MemcachedServer> server(new MemcachedServer(std::move(options)));
  if (server->options_.unix_socket) server->socket_path_ = server->directory_ / "memcached.sock";
  LARDER_RETURN_IF_ERROR(server->Launch());
  return server;
}

Result<void> MemcachedServer::Launch() {
  std::vector<std::string> command = {ServerProgram("memcached").string(),
                                      "-m",
                                      std::to_string(options_.memory_mb),
                                      "-I",
                                      options_.max_item_size,
                                      "-t",
                                      "2"};
  if (options_.unix_socket) {
    command.insert(command.end(), {"-s", socket_path_.string()});
  } else {
    // -1: the kernel chooses.
    command.insert(command.end(), {"-U", "0", "-l", "127.0.0.1", "-p", port_ == 0 ? "-1" : std::to_string(port_)});
  }
  if (::geteuid() == 0) command.insert(command.end(), {"-u", "root"});
  command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());

  LARDER_ASSIGN_OR_RETURN(process_,
                          Process::Start({.command = command, .environment = {}, .output = directory_ / "log"}));
  if (options_.unix_socket) return WaitForUnixSocket(process_, socket_path_);
  LARDER_ASSIGN_OR_RETURN(port_, WaitForPort(process_));
  return {};
}

std::string MemcachedServer::endpoint() const {
  return options_.unix_socket ? socket_path_.string() : "127.0.0.1:" + std::to_string(port_);
}

Result<void> MemcachedServer::Restart() {
  process_.Kill();
  return Launch();
}

}  // namespace larder::testing
