// A gate that notes who comes and goes.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "http/loop.h"
#include "http/session.h"
#include "http/task.h"
#include "http/timers.h"

namespace larder::testing {

// Notes who comes and goes, and lets through or refuses as told.
class RecordingGate final : public http::Gate {
 public:
  explicit RecordingGate(http::Loop& loop) : loop_(loop) {}

  http::Task<Result<http::Pass>> Enter(std::string host, http::Lane lane, http::Cost cost,
                                       std::stop_token stop) override {
    entered.push_back(host + (lane == http::Lane::priority ? " priority" : "") +
                      (cost == http::Cost::pull ? " pull" : ""));
    if (refuse.has_value() && entered.size() > refuse_after) co_return std::unexpected(*refuse);
    if (wait > Duration(0)) {
      http::Task<bool> sleep = http::SleepUntil(loop_, loop_.Now() + wait, stop);
      const bool came = co_await sleep;
      if (!came && heeds_stop) co_return Fail(Errc::cancelled, "stopped at the gate");
    }
    ++passes;
    co_return http::Pass(loop_.Now(), cost);
  }

  void Leave(const std::string& host, const http::Pass& pass, const http::Response* response,
             const Error* error) override {
    EXPECT_NE(response == nullptr, error == nullptr);
    EXPECT_GT(pass.entered, Time());
    const std::string what =
        response != nullptr ? std::to_string(response->status) : std::string(ErrcName(error->code));
    left.push_back(host + " " + what);
  }

  std::optional<Error> refuse;
  std::size_t refuse_after = 0;
  Duration wait{0};
  bool heeds_stop = true;
  int passes = 0;
  std::vector<std::string> entered, left;

 private:
  http::Loop& loop_;
};

}  // namespace larder::testing
