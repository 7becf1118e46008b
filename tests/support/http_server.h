// A small HTTP/1.1 server on loopback for doubles of registries and token servers: correct clients get correct answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "support/http_client.h"
#include "support/socket.h"

namespace larder::testing {

struct ReceivedRequest {
  std::string method;
  std::string target;  // path and query, as sent
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // The value of the first header of that name, whatever its case.
  std::optional<std::string> Find(std::string_view name) const;
  std::string path() const { return target.substr(0, target.find('?')); }
  // The fields of the query, or of a form's body; decoded.
  std::multimap<std::string, std::string> Query() const;
  std::multimap<std::string, std::string> Form() const;
};

struct ServedResponse {
  HttpResponse response;               // the length is added; to HEAD, its Content-Length is kept and its body not sent
  std::chrono::milliseconds delay{0};  // before it is sent
};

// Listens from its construction until it is destroyed. Each connection has a thread, so that one that waits holds up no
// other; the handler is called from all of them.
class HttpServer {
 public:
  using Handler = std::function<ServedResponse(const ReceivedRequest&)>;
  explicit HttpServer(Handler handler);
  ~HttpServer();

  std::uint16_t port() const { return port_; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "http://" + host(); }
  // Accepted so far.
  int connections() const;

 private:
  struct Connection {
    Socket socket;
    bool ended = false;
    std::thread thread;
  };
  void Accept();
  void Serve(Connection& connection);
  bool Answer(const Connection& connection, const ReceivedRequest& request);

  const Handler handler_;
  Socket listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;
  int accepted_ = 0;
  std::list<Connection> connections_;
  std::thread acceptor_;  // last: it uses all of the above
};

}  // namespace larder::testing
