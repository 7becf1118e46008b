// Runs fetches on a loop until they have ended.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "http/session.h"

namespace larder::testing {

inline http::Task<void> CollectFetch(http::Session& session, http::Request request, std::stop_token stop,
                                     std::optional<Result<http::Response>>& into) {
  http::Task<Result<http::Response>> fetch = session.Fetch(std::move(request), std::move(stop));
  Result<http::Response> answer = co_await fetch;
  into.emplace(std::move(answer));
}

// Starts all of them, in order, and runs the loop until the last has ended.
inline std::vector<Result<http::Response>> FetchAll(http::Loop& loop, http::Session& session,
                                                    std::vector<http::Request> requests, std::stop_token stop = {}) {
  std::vector<std::optional<Result<http::Response>>> slots(requests.size());
  std::size_t left = requests.size();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    http::Spawn(CollectFetch(session, std::move(requests[i]), stop, slots[i]), [&] {
      if (--left == 0) loop.Stop();
    });
  }
  loop.Run();
  std::vector<Result<http::Response>> answers;
  for (auto& slot : slots) answers.push_back(std::move(*slot));
  return answers;
}

inline Result<http::Response> FetchOne(http::Loop& loop, http::Session& session, http::Request request,
                                       std::stop_token stop = {}) {
  std::vector<http::Request> requests;
  requests.push_back(std::move(request));
  return std::move(FetchAll(loop, session, std::move(requests), std::move(stop)).front());
}

inline http::Request Get(std::string url) { return http::Request(http::Method::get, std::move(url)); }

}  // namespace larder::testing
