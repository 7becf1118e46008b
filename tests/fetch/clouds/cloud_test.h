// A cloud on loopback, an environment, and sources that ask there by the clock of the test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clouds/cloud_http.h"
#include "clouds/ecr_source.h"
#include "http/base64.h"
#include "http/loop.h"
#include "larder/cloud_credentials.h"
#include "support/aws_signature.h"
#include "support/free_port.h"
#include "support/scripted_server.h"
#include "support/shifted_timers.h"
#include "support/temp_dir.h"

namespace larder {

inline const char* const kIreland = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";

class CloudTest : public ::testing::Test {
 protected:
  using Reply = testing::ScriptedReply;
  using Asked = testing::ScriptedRequest;
  using Answer = CredentialSource::Answer;

  CloudTest() {
    environment_["HOME"] = dir_.path().string();
    environment_["AWS_ENDPOINT_URL"] = server_.url();
    // Nobody is there, unless a test says otherwise.
    environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = Nowhere();
    environment_["GCE_METADATA_HOST"] = Nowhere().substr(7);
    environment_["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = Nowhere();
  }

  std::string Nowhere() const { return "http://127.0.0.1:" + std::to_string(refusing_.port()); }
  void UseSession(http::SessionOptions options) { session_.emplace(loop_, std::move(options)); }
  CloudHttp Http() {
    if (!session_) session_.emplace(loop_, http::SessionOptions());
    return CloudHttp(*session_, timers_, nullptr);
  }
  std::shared_ptr<const std::map<std::string, std::string>> Environment() const {
    return std::make_shared<const std::map<std::string, std::string>>(environment_);
  }
  template <class Options>
  Options With(Options options) {
    options.environment = Environment();
    options.log = [this](LogLevel, std::string_view line) { log_.emplace_back(line); };
    return options;
  }
  void WriteFile(const std::string& name, const std::string& text) {
    const std::filesystem::path path = dir_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  // Runs the loop until `start` has called what it is given.
  template <class T>
  T Wait(const std::function<void(std::function<void(T)>)>& start) {
    std::optional<T> result;
    bool running = false;
    start([&](T value) {
      result.emplace(std::move(value));
      if (running) loop_.Stop();
    });
    running = true;
    if (!result) loop_.Run();
    return *std::move(result);
  }
  Answer Ask(CredentialSource& source, std::string_view image, std::stop_token stop = {}) {
    return Wait<Answer>(
        [&](CredentialSource::Done done) { source.CredentialFor(*ImageName::Parse(image), stop, std::move(done)); });
  }
  // "user:password from provenance", "none", or the error.
  std::string Who(CredentialSource& source, std::string_view image) {
    const Answer answer = Ask(source, image);
    if (!answer) return answer.error().ToString();
    if (!*answer) return "none";
    const Credential& credential = **answer;
    return credential.username + ":" + credential.password + credential.identity_token + " from " +
           credential.provenance;
  }

  // ECR's tokens: "AWS:<secret>-<n>".
  void ServeTokens(const std::string& secret = "token") {
    server_.On("POST", "/", [this, secret](const Asked&) { return Token(secret + "-" + std::to_string(++issued_)); });
  }
  static Reply Token(const std::string& password, const std::string& expires = "") {
    return Reply(200, R"({"authorizationData":[{"authorizationToken":")" + EncodeBase64("AWS:" + password) + "\"" +
                          expires + R"(,"proxyEndpoint":"https://x"}]})");
  }
  void UseKeys() {
    environment_["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
    environment_["AWS_SECRET_ACCESS_KEY"] = kSecret;
  }
  std::shared_ptr<EcrSource> Ecr(EcrOptions options = {}) {
    auto source = MakeEcrSource(Http(), With(std::move(options)));
    EXPECT_TRUE(source.has_value());
    return *std::move(source);
  }
  std::shared_ptr<EcrSource> EcrIn(std::vector<std::string> regions) {
    EcrOptions options;
    options.regions = std::move(regions);
    return Ecr(std::move(options));
  }

  static constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  testing::TempDir dir_;
  testing::RefusingPort refusing_;
  testing::ScriptedServer server_;
  std::map<std::string, std::string> environment_;
  std::vector<std::string> log_;
  std::atomic<int> issued_ = 0;
  http::Loop loop_;
  testing::ShiftedTimers timers_{loop_};
  std::optional<http::Session> session_;
};

}  // namespace larder
