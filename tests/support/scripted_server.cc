#include "support/scripted_server.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

#include "support/scripted_connection.h"

namespace larder::testing {

namespace {

constexpr std::chrono::seconds kPatience{10};

// OpenSSL writes without MSG_NOSIGNAL; a signal mask is inherited by the threads that a thread starts.
void BlockSigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

struct Route {
  std::string method, target;
  ScriptedServer::Handler handler;
  bool Fits(const ScriptedRequest& request) const {
    return (method == "*" || method == request.method) && (target == request.target || target == request.path);
  }
};

}  // namespace

class ScriptedServer::Impl {
 public:
  explicit Impl(const TlsOptions& tls) : context_(MakeTlsContext(tls)), is_tls_(tls.certs != nullptr) {
    Result<Socket> bound = BindLoopback(Transport::tcp, 0);
    if (!bound.has_value() || ::listen(bound->fd(), 128) != 0) std::abort();
    listener_ = std::move(*bound);
    port_ = LocalPort(listener_);
    accepting_ = std::thread([this] { Accept(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const auto& stream : streams_) stream->Interrupt();
    }
    changed_.notify_all();
    ::shutdown(listener_.fd(), SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : threads_) thread.join();
  }

  void Add(Route route) {
    const std::lock_guard lock(mutex_);
    routes_.push_front(std::move(route));
  }

  void SetOtherwise(Handler handler) {
    const std::lock_guard lock(mutex_);
    otherwise_ = std::move(handler);
  }

  void ReleaseStalled() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

  std::vector<ScriptedRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  void ForgetRequests() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
  }

  bool WaitForRequests(std::size_t n) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= n; });
  }

  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

  int max_concurrent() const {
    const std::lock_guard lock(mutex_);
    return max_concurrent_;
  }

  std::uint16_t port() const { return port_; }
  bool is_tls() const { return is_tls_; }

 private:
  void Accept() {
    BlockSigpipe();
    for (;;) {
      Socket socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      const std::lock_guard lock(mutex_);
      if (stopping_ || !socket.valid()) return;
      const int number = ++connections_;
      auto stream = std::make_shared<ByteStream>(std::move(socket), context_);
      streams_.push_back(stream);
      threads_.emplace_back([this, stream, number] { Serve(stream, number); });
    }
  }

  void Serve(const std::shared_ptr<ByteStream>& stream, int number) {
    std::string pending;
    if (stream->Handshake()) {
      while (auto request = ReadRequest(*stream, pending)) {
        request->connection = number;
        if (!Answer(*stream, *request)) break;
      }
    }
    const std::lock_guard lock(mutex_);
    stream->Interrupt();
    streams_.remove(stream);
  }

  // Whether the connection goes on.
  bool Answer(ByteStream& stream, const ScriptedRequest& request) {
    const Handler handler = Begin(request);
    const ScriptedReply reply = handler ? handler(request) : ScriptedReply(404, "nothing scripted here\n");
    const bool sent = WaitFor(stream, reply) && Send(stream, reply, request.method);
    const std::lock_guard lock(mutex_);
    --concurrent_;
    return sent && !reply.close;
  }

  Handler Begin(const ScriptedRequest& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    max_concurrent_ = std::max(max_concurrent_, ++concurrent_);
    changed_.notify_all();
    const auto route = std::ranges::find_if(routes_, [&](const Route& known) { return known.Fits(request); });
    return route != routes_.end() ? route->handler : otherwise_;
  }

  // Its delay, and while it is stalled. False where the client or the server ended first.
  bool WaitFor(ByteStream& stream, const ScriptedReply& reply) {
    const auto until = std::chrono::steady_clock::now() + reply.delay;
    std::unique_lock lock(mutex_);
    for (;;) {
      if (stopping_) return false;
      const bool stalled = reply.stall && !released_;
      if (!stalled && std::chrono::steady_clock::now() >= until) return true;
      if (stream.PeerGone()) return false;
      const auto tick = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
      changed_.wait_until(lock, stalled ? tick : std::min(tick, until));
    }
  }

  static bool Send(ByteStream& stream, const ScriptedReply& reply, const std::string& method) {
    const std::string bytes = Format(reply, method);
    if (!reply.cut_after.has_value()) return stream.Write(bytes);
    stream.Write(std::string_view(bytes).substr(0, *reply.cut_after));
    return false;
  }

  const std::shared_ptr<TlsContext> context_;
  const bool is_tls_;
  Socket listener_;
  std::uint16_t port_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool stopping_ = false;
  bool released_ = false;
  int connections_ = 0;
  int concurrent_ = 0;
  int max_concurrent_ = 0;
  std::deque<Route> routes_;
  Handler otherwise_;
  std::vector<ScriptedRequest> requests_;
  std::list<std::shared_ptr<ByteStream>> streams_;

  std::thread accepting_;
  std::vector<std::thread> threads_;  // added to by accepting_ only, and read after its end
};

ScriptedServer::ScriptedServer(TlsOptions tls) : impl_(std::make_unique<Impl>(tls)) {}
ScriptedServer::~ScriptedServer() = default;

void ScriptedServer::On(std::string_view method, std::string_view target, Handler handler) {
  impl_->Add({std::string(method), std::string(target), std::move(handler)});
}

void ScriptedServer::On(std::string_view method, std::string_view target, ScriptedReply reply) {
  On(method, target, [reply = std::move(reply)](const ScriptedRequest&) { return reply; });
}

void ScriptedServer::Otherwise(Handler handler) { impl_->SetOtherwise(std::move(handler)); }
void ScriptedServer::ReleaseStalled() { impl_->ReleaseStalled(); }

std::uint16_t ScriptedServer::port() const { return impl_->port(); }
std::string ScriptedServer::host() const { return "127.0.0.1:" + std::to_string(port()); }

std::string ScriptedServer::url(std::string_view target) const {
  return (impl_->is_tls() ? "https://" : "http://") + host() + std::string(target);
}

std::vector<ScriptedRequest> ScriptedServer::requests() const { return impl_->requests(); }

std::size_t ScriptedServer::count(std::string_view method, std::string_view path) const {
  const std::vector<ScriptedRequest> all = requests();
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [&](const ScriptedRequest& request) { return request.method == method && request.path == path; }));
}

void ScriptedServer::ForgetRequests() { impl_->ForgetRequests(); }
bool ScriptedServer::WaitForRequests(std::size_t n) const { return impl_->WaitForRequests(n); }
int ScriptedServer::connections() const { return impl_->connections(); }
int ScriptedServer::max_concurrent() const { return impl_->max_concurrent(); }

}  // namespace larder::testing
