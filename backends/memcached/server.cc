#include "server.h"

#include <algorithm>
#include <utility>

namespace larder::memcached {
namespace {

constexpr std::chrono::seconds kProbeEvery{1};
constexpr std::chrono::milliseconds kNoWait{0};

}  // namespace

Loan::Loan(Server& server, std::unique_ptr<Connection> connection)
    : server_(&server), connection_(std::move(connection)) {}

Loan::Loan(Loan&& other) noexcept : server_(other.server_), connection_(std::move(other.connection_)) {}

Loan& Loan::operator=(Loan&& other) noexcept {
  std::swap(server_, other.server_);
  std::swap(connection_, other.connection_);
  return *this;
}

Loan::~Loan() {
  if (connection_) server_->Return(std::move(connection_));
}

Server::Server(Address address, const ServerSettings& settings) : address_(std::move(address)), settings_(settings) {
  idle_.reserve(settings_.connections);
  if (address_.is_literal()) endpoints_.push_back(address_);
}

void Server::SetEndpoints(std::vector<Endpoint> endpoints, std::string why) {
  const std::lock_guard lock(mutex_);
  if (endpoints.empty()) {
    why_no_endpoint_ = std::move(why);
    return;
  }
  if (!endpoints_.empty()) {
    const auto current = std::ranges::find(endpoints, endpoints_.front());
    if (current != endpoints.end()) std::rotate(endpoints.begin(), current, endpoints.end());
  }
  const bool moved = endpoints_.empty() || endpoints_.front() != endpoints.front();
  endpoints_ = std::move(endpoints);
  if (moved && silent_ && !probing_) probe_.emplace(endpoints_.front());
}

Result<Endpoint> Server::CurrentEndpoint(Patience& patience) {
  std::unique_lock lock(mutex_);
  LARDER_RETURN_IF_ERROR(CheckReachable(lock, patience));
  return endpoints_.front();
}

Result<Loan> Server::Borrow(Patience& patience) {
  std::unique_lock lock(mutex_);
  LARDER_RETURN_IF_ERROR(AwaitRoom(lock, patience));
  std::unique_ptr<Connection> connection;
  bool stale = false;
  if (!idle_.empty()) {
    stale = idle_.back().losses != losses_;
    connection = std::move(idle_.back().connection);
    idle_.pop_back();
  }
  ++lent_;
  if (connection && connection->endpoint() == endpoints_.front()) {
    lock.unlock();
    if (stale) connection->Close();
    return Loan(*this, std::move(connection));
  }
  const Endpoint endpoint = endpoints_.front();
  lock.unlock();
  connection.reset();
  auto made = Connection::Make(endpoint, settings_.timeout);
  if (made.has_value()) return Loan(*this, std::move(*made));
  lock.lock();
  --lent_;
  lock.unlock();
  returned_.notify_one();
  return std::unexpected<Error>(std::move(made).error());
}

Result<void> Server::AwaitRoom(std::unique_lock<std::mutex>& lock, Patience& patience) {
  LARDER_RETURN_IF_ERROR(CheckReachable(lock, patience));
  const auto room = [&] { return !idle_.empty() || lent_ < settings_.connections; };
  if (room()) return {};
  returned_.wait_until(lock, patience.RoomUntil(settings_.timeout), [&] { return room() || silent_; });
  LARDER_RETURN_IF_ERROR(CheckReachable(lock, patience));
  if (room()) {
    patience.GotRoom();
    return {};
  }
  return std::unexpected<Error>(
      Unavailable("all " + std::to_string(settings_.connections) + " connections stayed in use; allow more"));
}

Result<void> Server::CheckReachable(std::unique_lock<std::mutex>& lock, Patience& patience) {
  if (silent_ && !AnswersAgain(lock, patience)) {
    return std::unexpected<Error>(Unavailable("does not answer; it is asked again every second"));
  }
  if (!endpoints_.empty()) return {};
  if (settings_.trouble) settings_.trouble();
  return std::unexpected<Error>(Unavailable(why_no_endpoint_));
}

bool Server::AnswersAgain(std::unique_lock<std::mutex>& lock, Patience& patience) {
  if (probing_) return false;
  const bool asked_before = probe_->asked();
  auto state = probe_->Advance(kNoWait);
  const bool young = Clock::now() - probe_->started() < kProbeEvery;
  const bool asked_now = probe_->asked() && !asked_before;
  if (state == Probe::State::waiting && young && !asked_now) return false;
  if (state != Probe::State::answered) {
    if (state == Probe::State::failed || !young) {
      NextEndpoint();
      probe_.emplace(endpoints_.front());
    }
    probing_ = true;
    lock.unlock();
    const auto began = Clock::now();
    state = probe_->Advance(std::min(patience.for_probes(), settings_.timeout));
    patience.SpendOnProbe(Clock::now() - began);
    lock.lock();
    probing_ = false;
    if (state != Probe::State::answered) return false;
  }
  silent_ = false;
  ++losses_;
  probe_.reset();
  return true;
}

bool Server::Lost(Loan loan, Status status) {
  auto connection = loan.Take();
  const bool timed_out = status == Status::timed_out;
  const bool stale = !timed_out && connection->lost_stale();
  bool first = false;
  bool again = stale;
  {
    const std::lock_guard lock(mutex_);
    if (timed_out && !silent_) {
      silent_ = true;
      probe_.emplace(endpoints_.front());
      probe_->Advance(kNoWait);
    }
    if (!timed_out) {
      ++losses_;
      if (!stale && endpoints_.size() > 1) {
        again = true;
        if (connection->endpoint() == endpoints_.front()) NextEndpoint();
      }
    }
    if (!stale) first = !std::exchange(failing_, true);
    --lent_;
    idle_.push_back(Idle{std::move(connection), losses_});
  }
  returned_.notify_all();
  if (!stale && settings_.trouble && !address_.is_literal()) settings_.trouble();
  if (first) Report(LogLevel::warning, timed_out ? "does not answer" : "cannot be reached");
  if (timed_out && settings_.silence) settings_.silence();
  return again;
}

bool Server::IsSilent() const {
  const std::lock_guard lock(mutex_);
  return silent_;
}

std::optional<Probe> Server::StartProbe() const {
  const std::lock_guard lock(mutex_);
  if (silent_ || endpoints_.empty()) return std::nullopt;
  return Probe(endpoints_.front());
}

void Server::FellSilent(Probe probe) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (silent_) return;
    silent_ = true;
    probe_ = std::move(probe);
    first = !std::exchange(failing_, true);
  }
  returned_.notify_all();
  if (settings_.trouble && !address_.is_literal()) settings_.trouble();
  if (first) Report(LogLevel::warning, "does not answer");
}

void Server::Return(std::unique_ptr<Connection> connection) {
  connection->Trim();
  bool recovered = false;
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    recovered = std::exchange(failing_, false);
    idle_.push_back(Idle{std::move(connection), losses_});
  }
  returned_.notify_one();
  if (recovered) Report(LogLevel::info, "answers again");
}

std::size_t Server::open_connections() const {
  const std::lock_guard lock(mutex_);
  return idle_.size() + lent_;
}

void Server::NextEndpoint() { std::ranges::rotate(endpoints_, endpoints_.begin() + 1); }

void Server::Report(LogLevel level, const std::string& what) const {
  if (settings_.log) settings_.log(level, "memcached " + address_.ToString() + " " + what);
}

Error Server::Unavailable(const std::string& why) const {
  return Error{Errc::unavailable, "memcached " + address_.ToString() + ": " + why};
}

}  // namespace larder::memcached
