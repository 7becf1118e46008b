// One hop: a request to one server by one curl easy handle, and what came of it.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "http/easy_handles.h"
#include "http/session.h"
#include "http/sockets.h"
#include "http/url.h"

namespace larder::http {

// What a hop is made of. Everything it points to outlives the transfer.
struct Hop {
  const Request* request = nullptr;
  const Url* url = nullptr;  // not request->url: a redirect's target, or the plain form of an insecure host's
  const HostOptions* host = nullptr;
  std::string proxy;  // "": direct
  std::string user_agent;
  bool http2 = true;
  bool refuse_private = false;  // of the connected address
};

class Transfer {
 public:
  Transfer(Hop hop, Sockets& sockets, EasyHandles& handles);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // invalid_argument where curl refuses an option; then it must not be started.
  const Result<void>& ready() const { return ready_; }
  CURL* easy() const { return easy_.get(); }

  // After the end. The response, or the error that `code` and what the callbacks saw amount to.
  Result<Response> Take(CURLcode code);
  // The error of a hop that was not answered within its timeout.
  Error TimedOut() const;
  // Whether the failure `code` means that this server does not speak TLS there: nothing was sent or verified.
  bool TlsDidNotStart(CURLcode code) const;
  // Connections that this hop opened: 0 where one was reused.
  long connections() const;
  // After a timeout, before curl forgets the transfer: ends the connection that the request went out on where nothing
  // came on it since, whatever else runs on it. It is dead, and HTTP/2 would go on sending over it for ever. And those
  // of the same way that were idle all the time: where the path broke, each of them would cost another timeout.
  void GiveUp();
  // "GET https://host/path", for messages: no secrets.
  std::string What() const;
  std::string host() const { return hop_.url->Authority(); }

 private:
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, FreeList>;

  template <class T>
  void Set(CURLoption option, T value);
  void SetRequest();
  void SetHeaders();
  void SetConnection();
  void SetTls();
  void SetCallbacks();

  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static curl_socket_t OnOpen(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int OnClose(void* sockets, curl_socket_t fd) noexcept;
  static int OnConnected(void* self, char* peer, char* local, int peer_port, int local_port) noexcept;
  // Where its connections lead: to the proxy, or to the host.
  std::string Way() const { return hop_.proxy.empty() ? host() : hop_.proxy; }
  // The descriptor that the request went out on, -1 before that.
  int socket() const;
  bool TakeHeaderLine(std::string_view line);
  bool TakeBody(std::string_view bytes);

  const Hop hop_;
  Sockets& sockets_;
  EasyHandles& handles_;
  Response response_;
  Result<void> ready_;
  std::size_t header_bytes_ = 0;
  std::string too_large_;  // what was, where something was
  bool refused_private_ = false;
  bool answered_ = false;  // in full: its handle is as good as new
  int local_port_ = 0;
  std::uint64_t received_before_ = 0;  // on the connection, when the request was about to go out
  std::array<char, CURL_ERROR_SIZE> detail_{};
  List headers_, connect_to_;
  Easy easy_;  // last: it refers to the rest
};

// "GET", "HEAD", ...
std::string_view MethodName(Method method);
// Whether the session follows this answer: a redirect status with a Location.
bool IsRedirect(const Response& response);

}  // namespace larder::http
