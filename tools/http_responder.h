// A few pages for programs that look after this one: metrics, health.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "larder/error.h"

namespace larder::tool {

// Answers GET and HEAD on a thread of its own until it is destroyed. One answer a connection; what is slow to ask is
// cut off after 5 seconds, and more than 16 at once wait.
class HttpResponder {
 public:
  struct Page {
    int status = 404;
    std::string type = "text/plain; charset=utf-8";
    std::string body = "not found\n";
  };
  // Called on that thread, one at a time, with the path without its query.
  using Handler = std::function<Page(std::string_view path)>;

  // `address`: "127.0.0.1:9090", "[::1]:9090", "9090" and ":9090" for 127.0.0.1; port 0: any. invalid_argument: it is
  // no address; unavailable: it is taken.
  static Result<std::unique_ptr<HttpResponder>> Start(const std::string& address, Handler handler);
  ~HttpResponder();
  HttpResponder(const HttpResponder&) = delete;
  HttpResponder& operator=(const HttpResponder&) = delete;

  const std::string& address() const;  // with the port that it got

 private:
  class Server;
  explicit HttpResponder(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace larder::tool
