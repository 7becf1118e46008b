// What a Session is made of: hosts with their slots, the gate, libcurl's multi, and the calls that wait for them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "http/hosts.h"
#include "http/multi.h"
#include "http/proxy.h"
#include "http/session.h"
#include "http/transfer.h"
#include "http/url.h"

namespace larder::http {

class Session::Impl {
 public:
  Impl(Loop& loop, SessionOptions options, Gate* gate);
  ~Impl();

  Task<Result<Response>> Fetch(Request request, std::stop_token stop);

  std::uint64_t connections() const { return connections_; }
  const std::map<std::string, std::uint64_t>& requests() const { return requests_; }
  Hosts& hosts() { return hosts_; }
  Loop& loop() { return loop_; }

 private:
  // One Fetch, from its start to its end, and how to end what it waits for at the moment.
  struct Call {
    explicit Call(Impl& impl);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    Impl* owner;  // null once cancelled while it ran: the session may be gone
    const std::uint64_t id;
    bool cancelled = false;
    std::function<void()> interrupt;
  };
  enum class Ended : std::uint8_t { answered, timed_out, cancelled };

  void Cancel(std::uint64_t id);
  // One answer: slot, gate, transfer.
  Task<Result<Response>> FetchHop(Call& call, const Request& request, const Url& url, bool refuse_private);
  // False: cancelled.
  Task<bool> TakeSlot(Call& call, Slots& slots, Lane lane);
  Task<Result<Pass>> PassGate(Call& call, const std::string& host, const Request& request);
  // An insecure host may turn out to speak plain HTTP.
  Task<Result<Response>> Exchange(Call& call, Host& host, const Request& request, const Url& url, bool refuse_private);
  // `code`: curl's, for the caller to judge.
  Task<Result<Response>> Send(Call& call, Transfer& transfer, const Request& request, CURLcode& code);
  Hop HopFor(const Host& host, const Request& request, const Url& url, bool refuse_private) const;
  void Trace(const std::string& line) const;

  Loop& loop_;
  const SessionOptions options_;
  Gate* const gate_;
  const ProxyEnvironment proxies_;
  bool closing_ = false;
  std::uint64_t last_id_ = 0;
  std::uint64_t connections_ = 0;
  std::map<std::string, std::uint64_t> requests_;
  std::map<std::uint64_t, Call*> calls_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  Hosts hosts_;
  Multi multi_;
};

}  // namespace larder::http
