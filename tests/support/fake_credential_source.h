// A source of credentials that answers what a test tells it.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "larder/credential_source.h"

namespace larder::testing {

class FakeCredentialSource final : public CredentialSource {
 public:
  using Answers = std::function<Answer(const ImageName& name)>;
  explicit FakeCredentialSource(Answer answer)
      : answers_([answer = std::move(answer)](const ImageName&) { return answer; }) {}
  explicit FakeCredentialSource(Answers answers) : answers_(std::move(answers)) {}

  // While it holds, answers wait for Release; where a stop came meanwhile they are `cancelled` then.
  void Hold() { holds_ = true; }
  void Release() {
    holds_ = false;
    auto held = std::exchange(held_, {});
    for (auto& one : held) one();
  }

  void CredentialFor(const ImageName& name, std::stop_token stop, Done done) override {
    ++asked;
    std::function<void()> answer = [this, name, stop, done = std::move(done)] {
      done(stop.stop_requested() ? Answer(Fail(Errc::cancelled, "stopped")) : answers_(name));
    };
    if (holds_) {
      held_.push_back(std::move(answer));
    } else {
      answer();
    }
  }

  int asked = 0;

 private:
  const Answers answers_;
  bool holds_ = false;
  std::vector<std::function<void()>> held_;
};

}  // namespace larder::testing
