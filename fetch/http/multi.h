// libcurl's multi interface on the loop: easy handles go in, results come out.
#pragma once

#include <curl/curl.h>

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "http/easy_handles.h"
#include "http/loop.h"
#include "http/sockets.h"

namespace larder::http {

// One thread. No function of the caller runs inside a curl callback, so that it may start and remove transfers.
class Multi {
 public:
  explicit Multi(Loop& loop);
  ~Multi();  // nothing may be running
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  // `done` may destroy this object.
  using Done = std::function<void(CURLcode)>;
  // `easy` is the caller's and stays alive until `done`, which is called from the loop and never inside this call, or
  // until Remove.
  void Start(CURL* easy, Done done);
  // Ends it at once; its `done` is not called.
  void Remove(CURL* easy);

  Sockets& sockets() { return sockets_; }
  EasyHandles& handles() { return handles_; }

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  static int OnSocket(CURL* easy, curl_socket_t fd, int what, void* self, void* data) noexcept;
  static int OnTimer(CURLM* multi, long wait_ms, void* self) noexcept;
  void SetTimer(long wait_ms);
  void Act(curl_socket_t fd, int events);
  void Deliver();

  Loop& loop_;
  std::unordered_map<CURL*, Done> running_;
  std::deque<std::pair<CURL*, CURLcode>> finished_;
  Timers::Id timer_ = 0;
  bool kicked_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  Sockets sockets_;  // before multi_: curl closes its sockets when it ends
  std::unique_ptr<CURLM, Cleanup> multi_;
  EasyHandles handles_;
};

}  // namespace larder::http
