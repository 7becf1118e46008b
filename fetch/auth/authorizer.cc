#include "auth/authorizer.h"

#include <utility>

#include "auth/authorizer_state.h"

namespace larder {

AuthContext::AuthContext() = default;
AuthContext::AuthContext(std::string in_repository, Access with_access, std::optional<Credential> with_credential)
    : repository(std::move(in_repository)), access(with_access), credential(std::move(with_credential)) {}

Authorizer::Authorizer(http::Session& session, http::Timers& timers, AuthOptions options)
    : state_(std::make_shared<State>(session, timers, std::move(options))) {}

Authorizer::~Authorizer() { state_->Stop(); }

http::Task<Result<http::Response>> Authorizer::Fetch(http::Request request, AuthContext context, std::stop_token stop) {
  return State::Fetch(state_, std::move(request), std::move(context), std::move(stop));
}

http::Task<Result<Authorizer::Server>> Authorizer::Base(std::string url, http::Lane lane, std::stop_token stop) {
  return State::Base(state_, std::move(url), lane, std::move(stop));
}

}  // namespace larder
