// A registry and a token server on loopback, and an authorizer that asks them.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "auth/authorizer.h"
#include "http/base64.h"
#include "support/scripted_server.h"
#include "support/shifted_timers.h"

namespace larder {

class AuthTest : public ::testing::Test {
 protected:
  using Reply = testing::ScriptedReply;
  using Asked = testing::ScriptedRequest;

  AuthTest() { Start(AuthOptions()); }

  void Start(AuthOptions options, http::SessionOptions session_options = {}) {
    authorizer_.reset();
    session_.reset();
    session_.emplace(loop_, std::move(session_options));
    authorizer_.emplace(*session_, timers_, std::move(options));
  }

  // The registry wants a bearer token that the token server issued and that was not revoked since.
  void UseBearer(std::string realm = "", std::string more = "") {
    if (realm.empty()) realm = tokens_.url("/token");
    challenge_ = "Bearer realm=\"" + realm + "\",service=\"registry.test\"" + more;
    registry_.Otherwise([this](const Asked& asked) { return IfBearer(asked); });
    tokens_.On("GET", "/token", [this](const Asked&) { return IssueToken(); });
  }
  Reply IfBearer(const Asked& asked) {
    const std::string sent = asked.Find("authorization").value_or("");
    const std::lock_guard lock(mutex_);
    if (valid_.contains(sent)) return Reply(200, "{}");
    return Unauthorized();
  }
  Reply Unauthorized() const {
    return Reply(401, R"({"errors":[{"code":"UNAUTHORIZED"}]})", {{"WWW-Authenticate", challenge_}});
  }
  Reply IssueToken(const std::string& life = R"(,"expires_in":300)") {
    const std::lock_guard lock(mutex_);
    const std::string token = "token-" + std::to_string(++issued_);
    valid_.insert("Bearer " + token);
    return Reply(200, R"({"token":")" + token + "\"" + life + "}");
  }
  void RevokeAll() {
    const std::lock_guard lock(mutex_);
    valid_.clear();
  }

  void UseBasic(const std::string& user, const std::string& password) {
    challenge_ = "Basic realm=\"Registry\"";
    const std::string wanted = "Basic " + EncodeBase64(user + ":" + password);
    registry_.Otherwise([this, wanted](const Asked& asked) {
      return asked.Find("authorization") == wanted ? Reply(200, "{}") : Unauthorized();
    });
  }

  static Credential User(std::string name, std::string password) {
    Credential credential;
    credential.username = std::move(name);
    credential.password = std::move(password);
    credential.provenance = "the test";
    return credential;
  }
  static AuthContext Pull(std::optional<Credential> credential = std::nullopt, std::string repository = "team/app") {
    return AuthContext(std::move(repository), Access::pull, std::move(credential));
  }
  http::Request Manifest(const std::string& tag = "1", const std::string& repository = "team/app") const {
    return http::Request(http::Method::get, registry_.url("/v2/" + repository + "/manifests/" + tag));
  }

  std::vector<Result<http::Response>> FetchAll(std::vector<std::pair<http::Request, AuthContext>> wishes,
                                               std::stop_token stop = {}) {
    std::vector<std::optional<Result<http::Response>>> slots(wishes.size());
    std::size_t left = wishes.size();
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      http::Spawn(Collect(std::move(wishes[i].first), std::move(wishes[i].second), stop, slots[i]), [&] {
        if (--left == 0) loop_.Stop();
      });
    }
    loop_.Run();
    std::vector<Result<http::Response>> answers;
    for (auto& slot : slots) answers.push_back(std::move(*slot));
    return answers;
  }
  Result<http::Response> Fetch(http::Request request, AuthContext context, std::stop_token stop = {}) {
    std::vector<std::pair<http::Request, AuthContext>> wishes;
    wishes.emplace_back(std::move(request), std::move(context));
    return FetchAll(std::move(wishes), stop).front();
  }
  // 0 for an error.
  int StatusOf(http::Request request, AuthContext context) {
    const auto answer = Fetch(std::move(request), std::move(context));
    return answer ? answer->status : 0;
  }
  Result<std::string> Base(std::string url) {
    std::optional<Result<std::string>> base;
    http::Spawn(CollectBase(std::move(url), base), [&] { loop_.Stop(); });
    loop_.Run();
    return *base;
  }

  // Without running the loop; the answer is set when it comes.
  void StartFetch(http::Request request, AuthContext context, std::stop_token stop,
                  std::optional<Result<http::Response>>& into, std::function<void()> done) {
    http::Spawn(Collect(std::move(request), std::move(context), std::move(stop), into), std::move(done));
  }

  std::mutex mutex_;
  std::set<std::string> valid_;
  int issued_ = 0;
  std::string challenge_;
  testing::ScriptedServer registry_;
  testing::ScriptedServer tokens_;
  http::Loop loop_;
  testing::ShiftedTimers timers_{loop_};
  std::optional<http::Session> session_;
  std::optional<Authorizer> authorizer_;

 private:
  http::Task<void> Collect(http::Request request, AuthContext context, std::stop_token stop,
                           std::optional<Result<http::Response>>& into) {
    http::Task<Result<http::Response>> task =
        authorizer_->Fetch(std::move(request), std::move(context), std::move(stop));
    Result<http::Response> answer = co_await task;
    into.emplace(std::move(answer));
  }
  http::Task<void> CollectBase(std::string url, std::optional<Result<std::string>>& into) {
    http::Task<Result<Authorizer::Server>> task =
        authorizer_->Base(std::move(url), http::Lane::normal, std::stop_token());
    Result<Authorizer::Server> base = co_await task;
    if (base.has_value()) {
      into.emplace(std::move(base->origin));
    } else {
      into.emplace(std::unexpected(std::move(base.error())));
    }
  }
};

}  // namespace larder
