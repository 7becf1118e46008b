// How the services of clouds are asked: on the network's loop, as long as there is one.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/session.h"
#include "http/task.h"
#include "http/timers.h"
#include "larder/error.h"
#include "larder/network.h"

namespace larder {

// A value: copies ask the same network. What it refers to must outlive it, the session excepted.
class CloudHttp {
 public:
  explicit CloudHttp(Network& network);
  // `closed`: true once the session is gone, and then for good.
  CloudHttp(http::Session& session, http::Timers& timers, std::function<bool()> closed);

  http::Timers& timers() const { return *timers_; }
  http::Task<Result<http::Response>> Send(http::Request request, std::stop_token stop) const;

 private:
  http::Session* session_;
  http::Timers* timers_;
  std::function<bool()> closed_;
};

// To a service of the cloud, perhaps by a private address; redirects are not followed, for none is meant.
http::Request ServiceRequest(http::Method method, std::string url);
// To a service that only this machine reaches: soon, or not at all, and never through a proxy.
http::Request MetadataRequest(http::Method method, std::string url);
http::Request FormPost(std::string url, std::string form);

// A status that is not 2xx, as an error: permission_denied for 400 to 404, else unavailable. `what` says who was asked
// for what; of the body only the code is told (JSON's "__type", "code" or "error", XML's <Code>).
Error Refused(std::string_view what, const http::Response& response);

}  // namespace larder
