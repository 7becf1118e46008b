// A real HTTP/1.1 server on 127.0.0.1 that answers as a test says, also as no good server would.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/byte_stream.h"

namespace larder::testing {

struct ScriptedRequest {
  std::string method;
  std::string target;  // path and query, as sent
  std::string path;
  std::string query;                                         // without '?'
  std::vector<std::pair<std::string, std::string>> headers;  // in order, names as sent
  std::string body;
  int connection = 0;                        // 1 for the first that was accepted
  std::chrono::steady_clock::time_point at;  // when it had been read

  // The value of the first header of that name, whatever its case; nullopt where there is none.
  std::optional<std::string> Find(std::string_view name) const;
};

struct ScriptedReply {
  ScriptedReply() = default;
  ScriptedReply(int with_status, std::string with_body = "",
                std::vector<std::pair<std::string, std::string>> with_headers = {})
      : status(with_status), headers(std::move(with_headers)), body(std::move(with_body)) {}

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Length is added where there is none
  std::string body;                                          // not sent for HEAD, but its length is
  std::optional<std::string> raw;                            // sent as it is, in place of all that
  std::chrono::milliseconds delay{0};                        // before it, without blocking other connections
  bool stall = false;                    // not sent before ReleaseStalled; for ever where that is never called
  std::optional<std::size_t> cut_after;  // so many bytes of the whole answer are sent, then the connection closes
  bool close = false;                    // the connection closes after it
};

// Runs from construction until destruction; a thread a connection. Handlers run in those threads, several at once.
class ScriptedServer {
 public:
  using Handler = std::function<ScriptedReply(const ScriptedRequest&)>;

  explicit ScriptedServer(TlsOptions tls = {});
  ~ScriptedServer();  // ends all connections, stalled ones too
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // Answers `method` ("*": any) of `target`: path and query, or a path for any query. A later call comes first; with
  // nothing that fits: the Otherwise handler, or 404.
  void On(std::string_view method, std::string_view target, Handler handler);
  void On(std::string_view method, std::string_view target, ScriptedReply reply);
  void Otherwise(Handler handler);
  // Lets stalled answers go, those that wait and those to come.
  void ReleaseStalled();

  std::uint16_t port() const;
  std::string host() const;                             // "127.0.0.1:port"
  std::string url(std::string_view target = "") const;  // "http://127.0.0.1:port/target", or https

  std::vector<ScriptedRequest> requests() const;
  // Of those, how many had this method and path.
  std::size_t count(std::string_view method, std::string_view path) const;
  void ForgetRequests();
  // Waits until `n` requests have come since the start or ForgetRequests; false after 10 seconds.
  bool WaitForRequests(std::size_t n) const;
  int connections() const;     // accepted so far
  int max_concurrent() const;  // requests that it had read and not yet answered, at most

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder::testing
