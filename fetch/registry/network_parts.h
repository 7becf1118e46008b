// What a Network is made of: the loop, the limits, the session and the authorizer.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "auth/authorizer.h"
#include "http/loop.h"
#include "http/session.h"
#include "larder/network.h"
#include "limits/rate_limiters.h"

namespace larder {

// Made without a thread: whoever made it runs loop(), in the thread that made it or after Adopt(). All but the loop's
// Post is for that thread.
class Network::Parts {
 public:
  explicit Parts(NetworkOptions options);
  // Ends what is in flight, with `cancelled`, and runs the loop until nothing is ready.
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  http::Loop& loop() { return loop_; }
  RateLimiters& limits() { return *limits_; }
  http::Session& session() { return *session_; }
  Authorizer& authorizer() { return *authorizer_; }
  const Log& log() const { return log_; }

  // Until Adopt no thread is the loop's.
  void Leave() { thread_ = std::thread::id(); }
  // From now on the calling thread is the loop's.
  void Adopt() { thread_ = std::this_thread::get_id(); }
  // From any thread.
  bool OnLoop() const { return thread_ == std::this_thread::get_id(); }
  // On the loop: nothing may be sent any more.
  bool closed() const { return authorizer_ == nullptr; }
  // What the destructor does; nothing but the loop may be used after it.
  void Close();

 private:
  Log log_;
  std::atomic<std::thread::id> thread_;
  // In this order each stands on those before it.
  http::Loop loop_;
  std::unique_ptr<RateLimiters> limits_;
  std::unique_ptr<http::Session> session_;
  std::unique_ptr<Authorizer> authorizer_;
};

}  // namespace larder
