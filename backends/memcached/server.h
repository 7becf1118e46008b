// One server: a bounded pool of connections to it, and whether it answers.
//
// A server that refuses or drops connections says so quickly, and is simply asked again. One that stays silent costs a
// caller the whole timeout, so after that nobody waits for it: calls answer unavailable at once, and each looks whether
// a probe, one a second, was answered meanwhile. Where one is silent others may be, all at once; so that a call does
// not find them one timeout after another, the others are asked at the same time (Directory::FindSilent).
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "address.h"
#include "connection.h"
#include "larder/error.h"
#include "larder/log.h"
#include "probe.h"

namespace larder::memcached {

struct ServerSettings {
  std::chrono::milliseconds timeout;
  std::size_t connections;
  Log log;                             // may be empty
  std::function<void()> trouble;       // called after failures of a server that was given by name: look it up again
  std::function<void()> silence = {};  // called where a request timed out: look which others are silent
};

// What the servers of one call share, so that many of them cost no more than one: how long it waits for connections
// that others use, and for servers that were silent to answer a probe. For one thread.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  // Until when to wait for a connection: `timeout` from the first wait on that has brought none.
  Clock::time_point RoomUntil(std::chrono::milliseconds timeout) {
    if (!room_until_.has_value()) room_until_ = Clock::now() + timeout;
    return *room_until_;
  }
  void GotRoom() { room_until_.reset(); }

  std::chrono::milliseconds for_probes() const { return for_probes_; }
  void SpendOnProbe(Clock::duration spent) {
    for_probes_ = std::max(for_probes_ - std::chrono::ceil<std::chrono::milliseconds>(spent), {});
  }

 private:
  std::optional<Clock::time_point> room_until_;
  // The caller that sends a probe's question gives servers this long, so that the first call notices one that is back.
  std::chrono::milliseconds for_probes_{20};
};

class Server;

// A connection on loan from its server's pool. Must not outlive the server.
class Loan {
 public:
  Loan() = default;
  Loan(Server& server, std::unique_ptr<Connection> connection);
  Loan(Loan&& other) noexcept;
  Loan& operator=(Loan&& other) noexcept;
  ~Loan();

  explicit operator bool() const { return connection_ != nullptr; }
  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_.get(); }
  std::unique_ptr<Connection> Take() { return std::move(connection_); }

 private:
  Server* server_ = nullptr;
  std::unique_ptr<Connection> connection_;
};

// Safe for concurrent use.
class Server {
 public:
  Server(Address address, const ServerSettings& settings);

  const Address& address() const { return address_; }

  // Where to connect; the first that works is used. Empty: not looked up yet, or `why` not.
  void SetEndpoints(std::vector<Endpoint> endpoints, std::string why);
  // For connections that are not of the pool. unavailable where none is known, or the server is silent.
  Result<Endpoint> CurrentEndpoint(Patience& patience);

  // Waits for a connection that others use, at most the timeout; unavailable at once where the server is silent.
  Result<Loan> Borrow(Patience& patience);
  Result<Loan> Borrow() {
    Patience patience;
    return Borrow(patience);
  }

  // Takes note that a request was lost, and gives the connection back. True where another try may succeed at once.
  bool Lost(Loan loan, Status status);

  // Runs `request` (Connection& -> Status), again where that may help: what is not idempotent has to look at that.
  // Never answers a lost status: that is the error.
  template <class Request>
  Result<Status> Run(Patience& patience, Request&& request);
  template <class Request>
  Result<Status> Run(Request&& request) {
    Patience patience;
    return Run(patience, std::forward<Request>(request));
  }

  // True from a request, or a question of FindSilent, that it did not answer in time until it answers a probe.
  bool IsSilent() const;
  // Begins to ask whether it is there; nothing where that is known, or where it is is not.
  std::optional<Probe> StartProbe() const;
  // `probe` was not answered in time.
  void FellSilent(Probe probe);

  Error Unavailable(const std::string& why) const;

  // The connections that exist, idle or on loan.
  std::size_t open_connections() const;

 private:
  friend class Loan;
  using Clock = std::chrono::steady_clock;

  void Return(std::unique_ptr<Connection> connection);
  // With the lock, as the others: unavailable where the server is silent or its address unknown.
  Result<void> CheckReachable(std::unique_lock<std::mutex>& lock, Patience& patience);
  // Whether the server, which was silent, answers now. May let go of the lock to wait for a fresh probe.
  bool AnswersAgain(std::unique_lock<std::mutex>& lock, Patience& patience);
  // Waits until there is a connection to take, or room for one.
  Result<void> AwaitRoom(std::unique_lock<std::mutex>& lock, Patience& patience);
  void NextEndpoint();
  void Report(LogLevel level, const std::string& what) const;

  const Address address_;
  const ServerSettings settings_;

  mutable std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Endpoint> endpoints_;  // the one in use first
  std::string why_no_endpoint_ = "not looked up yet";
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::uint64_t losses;  // losses_ when it came back
  };
  std::vector<Idle> idle_;  // the most recently used last
  std::size_t lent_ = 0;
  std::uint64_t losses_ = 0;    // what came back before the latest loss connects anew
  std::optional<Probe> probe_;  // while the server is silent
  bool silent_ = false;
  bool probing_ = false;  // one caller has probe_, without the lock
  bool failing_ = false;  // since the last answer; for the log
};

// The tries that one request may take: a connection that had gone stale, and then every address of a server once or so.
inline constexpr int kTries = 4;

template <class Request>
Result<Status> Server::Run(Patience& patience, Request&& request) {
  for (int tries = 1;; ++tries) {
    auto loan = Borrow(patience);
    if (!loan.has_value()) return std::unexpected<Error>(std::move(loan).error());
    const Status status = request(**loan);
    if (!IsLost(status)) return status;
    const std::string failure = (*loan)->LastFailure();
    if (!Lost(std::move(*loan), status) || tries == kTries) return std::unexpected<Error>(Unavailable(failure));
  }
}

}  // namespace larder::memcached
