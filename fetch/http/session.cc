#include "http/session.h"

#include <utility>

#include "http/session_impl.h"

namespace larder::http {

Session::Session(Loop& loop, SessionOptions options, Gate* gate)
    : impl_(std::make_unique<Impl>(loop, std::move(options), gate)) {}

Session::~Session() = default;

Task<Result<Response>> Session::Fetch(Request request, std::stop_token stop) {
  return impl_->Fetch(std::move(request), std::move(stop));
}

std::uint64_t Session::connections() const { return impl_->connections(); }

const std::map<std::string, std::uint64_t>& Session::requests() const { return impl_->requests(); }

const HostOptions& Session::OptionsFor(std::string_view host) const { return impl_->hosts().For(host).options; }

Loop& Session::loop() { return impl_->loop(); }

}  // namespace larder::http
