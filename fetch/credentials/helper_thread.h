// Asks credential helpers on a thread of its own, one at a time, and remembers what they said.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "credentials/environment.h"
#include "larder/credential_source.h"
#include "larder/time.h"

namespace larder {

// Safe for concurrent use. Destroying it stops the helper that runs; who waits gets `cancelled`. That may happen on its
// own thread, inside an answer.
class HelperThread {
 public:
  HelperThread(std::shared_ptr<const Environment> environment, Duration timeout, Duration remember);
  ~HelperThread();
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;

  // As CredentialSource::CredentialFor.
  void Ask(const std::string& helper, const std::string& server, std::stop_token stop, CredentialSource::Done done);

 private:
  class Job;
  class State;
  std::shared_ptr<State> state_;  // held by the thread too
  std::mutex starting_;
  std::jthread thread_;  // started with the first question
};

}  // namespace larder
