#include "http/session_impl.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "http/redirects.h"
#include "http/secrets.h"

namespace larder::http {

namespace {

std::unexpected<Error> Cancelled(const Url& url) { return Fail(Errc::cancelled, url.Redacted() + ": stopped"); }

void AddShown(const Request& request, std::vector<std::string>& shown) {
  for (std::string& secret : SecretsOf(request)) {
    if (std::ranges::find(shown, secret) == shown.end()) shown.push_back(std::move(secret));
  }
}

// What waits at the gate. It may outlive the call that asked, after a stop, and the session.
struct GateWait {
  Callback<Result<Pass>>::Done done;
  std::stop_source stop;

  void End(Result<Pass> entered) {
    if (auto end = std::exchange(done, nullptr)) end(std::move(entered));
  }
};

Task<void> AskGate(Gate& gate, std::shared_ptr<GateWait> wait, std::string host, Lane lane, Cost cost) {
  std::stop_token token = wait->stop.get_token();
  Task<Result<Pass>> entering = gate.Enter(host, lane, cost, token);
  Result<Pass> entered = co_await entering;
  if (wait->done != nullptr) {
    wait->End(std::move(entered));
  } else if (entered.has_value()) {
    const Error stopped{Errc::cancelled, "stopped before it was sent"};
    gate.Leave(host, *entered, nullptr, &stopped);
  }
}

}  // namespace

Session::Impl::Call::Call(Impl& impl) : owner(&impl), id(++impl.last_id_) { owner->calls_.emplace(id, this); }

Session::Impl::Call::~Call() {
  if (owner != nullptr) owner->calls_.erase(id);
}

Session::Impl::Impl(Loop& loop, SessionOptions options, Gate* gate)
    : loop_(loop),
      options_(std::move(options)),
      gate_(gate),
      proxies_(ProxyEnvironment::Read()),
      hosts_(options_.hosts),
      multi_(loop) {}

Session::Impl::~Impl() {
  closing_ = true;
  alive_.reset();
  // Newest first: those that wait for a slot end before the ones that would hand theirs on.
  while (!calls_.empty()) Cancel(calls_.rbegin()->first);
}

void Session::Impl::Cancel(std::uint64_t id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  Call& call = *found->second;
  call.cancelled = true;
  if (call.interrupt == nullptr) {
    // It is running, and sees the flag before it does anything more.
    call.owner = nullptr;
    calls_.erase(found);
    return;
  }
  const std::function<void()> interrupt = std::exchange(call.interrupt, nullptr);
  interrupt();
}

Task<Result<Response>> Session::Impl::Fetch(Request request, std::stop_token stop) {
  Result<Url> url = Url::Parse(request.url);
  if (!url.has_value()) co_return std::unexpected(std::move(url).error());
  if (closing_ || stop.stop_requested()) co_return Cancelled(*url);
  if (request.timeout == Duration(0)) request.timeout = options_.timeout;
  if (request.connect_timeout == Duration(0)) request.connect_timeout = options_.connect_timeout;
  Call call(*this);
  // Runs in whatever thread requests the stop; only posts.
  std::function<void()> request_stop = [this, id = call.id, alive = std::weak_ptr<char>(alive_), &loop = loop_] {
    loop.Post([this, id, alive] {
      if (!alive.expired()) Cancel(id);
    });
  };
  const std::stop_callback<std::function<void()>> on_stop(stop, std::move(request_stop));

  Redirects redirects;
  bool from_public = request.public_only;
  std::vector<std::string> shown;  // in all hops
  for (;;) {
    Task<Result<Response>> hop = FetchHop(call, request, *url, from_public);
    Result<Response> answer = co_await hop;
    if (!answer.has_value()) co_return answer;
    if (call.cancelled) co_return Cancelled(*url);
    answer->redirects = redirects.count();
    const bool follows = request.follow_redirects && IsRedirect(*answer);
    const bool is_told = answer->status >= 400 || answer->Find("Warning").has_value();
    if (follows || is_told) AddShown(request, shown);
    if (!follows) {
      if (is_told) answer->secrets = std::move(shown);
      co_return answer;
    }
    from_public = from_public || answer->public_peer;
    Result<Url> next = redirects.Follow(request, *url, *answer);
    if (!next.has_value()) {
      Error error = std::move(next).error();
      error.message = WithoutSecrets(error.message, shown);
      co_return std::unexpected(std::move(error));
    }
    url = std::move(next);
    request.url = url->ToString();
  }
}

Task<Result<Response>> Session::Impl::FetchHop(Call& call, const Request& request, const Url& url,
                                               bool refuse_private) {
  Host& host = hosts_.For(url.Authority());
  Task<bool> slot = TakeSlot(call, host.slots, request.lane);
  const bool taken = co_await slot;
  if (!taken) co_return Cancelled(url);
  struct Hold {
    ~Hold() { slots.Release(); }
    Slots& slots;
  } const hold{host.slots};

  Pass pass;
  if (gate_ != nullptr) {
    std::optional<Result<Pass>> passed = gate_->TryEnter(host.name, request.lane, request.cost);
    if (!passed.has_value()) {
      Task<Result<Pass>> passing = PassGate(call, host.name, request);
      Result<Pass> entered = co_await passing;
      passed.emplace(std::move(entered));
    }
    if (!passed->has_value()) co_return std::unexpected(std::move(*passed).error());
    pass = **passed;
  }
  Task<Result<Response>> exchange = Exchange(call, host, request, url, refuse_private);
  Result<Response> answer = co_await exchange;
  if (gate_ != nullptr) {
    const Response* response = answer.has_value() ? &*answer : nullptr;
    const Error* error = answer.has_value() ? nullptr : &answer.error();
    gate_->Leave(host.name, pass, response, error);
  }
  co_return answer;
}

Task<bool> Session::Impl::TakeSlot(Call& call, Slots& slots, Lane lane) {
  if (call.cancelled) co_return false;
  if (slots.Take(lane)) co_return true;
  Callback<bool>::Done done;
  auto start = [&](Callback<bool>::Done resume) {
    done = std::move(resume);
    const Slots::Ticket ticket = slots.Wait(lane, [&] {
      call.interrupt = nullptr;
      std::exchange(done, nullptr)(true);
    });
    call.interrupt = [&, ticket] {
      slots.Forget(ticket);
      std::exchange(done, nullptr)(false);
    };
  };
  Callback<bool> callback(start);
  const bool taken = co_await callback;
  co_return taken;
}

Task<Result<Pass>> Session::Impl::PassGate(Call& call, const std::string& host, const Request& request) {
  if (call.cancelled) co_return Fail(Errc::cancelled, "stopped before its turn");
  auto wait = std::make_shared<GateWait>();
  auto start = [&](Callback<Result<Pass>>::Done resume) {
    wait->done = [&call, resume = std::move(resume)](Result<Pass> entered) {
      call.interrupt = nullptr;
      resume(std::move(entered));
    };
    call.interrupt = [wait] {
      wait->stop.request_stop();
      wait->End(Fail(Errc::cancelled, "stopped while waiting for its turn"));
    };
    Spawn(AskGate(*gate_, wait, host, request.lane, request.cost));
  };
  Callback<Result<Pass>> callback(start);
  Result<Pass> entered = co_await callback;
  co_return entered;
}

Hop Session::Impl::HopFor(const Host& host, const Request& request, const Url& url, bool refuse_private) const {
  Hop hop;
  hop.request = &request;
  hop.url = &url;
  hop.host = &host.options;
  if (!request.direct) hop.proxy = ProxyFor(url, host.options.proxy, proxies_);
  hop.user_agent = options_.user_agent;
  hop.http2 = options_.http2;
  // Whose address a user gave may be anywhere; behind a proxy the address is the proxy's.
  const bool chosen = request.trusted_endpoint || host.options.insecure || !host.options.connect_to.empty();
  hop.refuse_private = refuse_private && !chosen && hop.proxy.empty();
  return hop;
}

Task<Result<Response>> Session::Impl::Exchange(Call& call, Host& host, const Request& request, const Url& url,
                                               bool refuse_private) {
  CURLcode code = CURLE_OK;
  const bool may_be_plain = host.options.insecure && url.scheme == "https";
  Error tls_error;
  if (!may_be_plain || !host.speaks_plain) {
    Transfer transfer(HopFor(host, request, url, refuse_private), multi_.sockets(), multi_.handles());
    Task<Result<Response>> sending = Send(call, transfer, request, code);
    Result<Response> answer = co_await sending;
    if (answer.has_value() || !may_be_plain || call.cancelled || !transfer.TlsDidNotStart(code)) co_return answer;
    tls_error = std::move(answer).error();
  }
  Url plain = url;
  plain.scheme = "http";
  if (plain.port == 443) plain.port = 80;
  Transfer transfer(HopFor(host, request, plain, refuse_private), multi_.sockets(), multi_.handles());
  Task<Result<Response>> sending = Send(call, transfer, request, code);
  Result<Response> answer = co_await sending;
  if (answer.has_value()) {
    if (!std::exchange(host.speaks_plain, true) && options_.log) {
      options_.log(LogLevel::warning, host.name + " does not speak TLS; asked in plain HTTP, as it is named insecure");
    }
  } else if (answer.error().code == Errc::unavailable) {
    host.speaks_plain = false;  // it may have learned TLS
    if (!tls_error.message.empty()) answer.error().message += " (and with TLS: " + tls_error.message + ")";
  }
  co_return answer;
}

Task<Result<Response>> Session::Impl::Send(Call& call, Transfer& transfer, const Request& request, CURLcode& code) {
  if (!transfer.ready().has_value()) co_return std::unexpected(transfer.ready().error());
  if (call.cancelled) co_return Fail(Errc::cancelled, transfer.What() + ": stopped before it was sent");
  ++requests_[transfer.host()];
  if (options_.trace) Trace(transfer.What());
  const auto begin = std::chrono::steady_clock::now();
  Timers::Id timer = 0;
  Callback<Ended>::Done done;
  // Whichever comes first ends the others; the frame may be gone when it returns.
  auto end = [&](Ended how) {
    loop_.Cancel(timer);
    call.interrupt = nullptr;
    std::exchange(done, nullptr)(how);
  };
  auto start = [&](Callback<Ended>::Done resume) {
    done = std::move(resume);
    timer = loop_.At(loop_.Now() + request.timeout, [&] {
      transfer.GiveUp();
      multi_.Remove(transfer.easy());
      end(Ended::timed_out);
    });
    call.interrupt = [&] {
      multi_.Remove(transfer.easy());
      end(Ended::cancelled);
    };
    multi_.Start(transfer.easy(), [&](CURLcode result) {
      code = result;
      end(Ended::answered);
    });
  };
  Callback<Ended> callback(start);
  const Ended how = co_await callback;

  connections_ += static_cast<std::uint64_t>(transfer.connections());
  Result<Response> answer = Fail(Errc::cancelled, transfer.What() + ": stopped");
  if (how == Ended::timed_out) answer = std::unexpected(transfer.TimedOut());
  if (how == Ended::answered) answer = transfer.Take(code);
  if (options_.trace) {
    const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
    Trace(transfer.What() + " -> " + (answer ? std::to_string(answer->status) : answer.error().ToString()) + ", " +
          std::to_string(took.count()) + " ms");
  }
  co_return answer;
}

void Session::Impl::Trace(const std::string& line) const {
  if (options_.trace) options_.trace(line);
}

}  // namespace larder::http
