#include "credentials/helper_thread.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "credentials/helper.h"

namespace larder {
namespace {
using Question = std::pair<std::string, std::string>;  // helper, server

// A helper that fails is not run for every request.
constexpr Duration kRememberFailure = std::chrono::minutes(1);
}  // namespace

// One who waits. Answered once, by the thread or by a stop, whichever comes first.
class HelperThread::Job {
 public:
  Job(Question asked, CredentialSource::Done done) : question(std::move(asked)), done_(std::move(done)) {}

  void Finish(CredentialSource::Answer answer) {
    if (finished_.exchange(true)) return;
    const CredentialSource::Done done = std::move(done_);
    done(std::move(answer));
  }
  bool finished() const { return finished_; }

  const Question question;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;

 private:
  std::atomic<bool> finished_ = false;
  CredentialSource::Done done_;
};

class HelperThread::State {
 public:
  State(std::shared_ptr<const Environment> environment, Duration timeout, Duration remember)
      : environment_(std::move(environment)), timeout_(timeout), remember_(remember) {}

  // What is known already, or a job for the thread.
  std::optional<CredentialSource::Answer> FindOrAdd(const Question& question, CredentialSource::Done& done,
                                                    std::shared_ptr<Job>& job) {
    const std::lock_guard lock(mutex_);
    auto known = Find(question);
    if (known) return known;
    job = std::make_shared<Job>(question, std::move(done));
    jobs_.push_back(job);
    wake_.notify_one();
    return std::nullopt;
  }

  void Run(const std::stop_token& stop) {
    while (true) {
      std::shared_ptr<Job> job;
      std::optional<CredentialSource::Answer> answer;
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [this] { return !jobs_.empty(); }) || stop.stop_requested()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
        answer = Find(job->question);
      }
      if (job->finished()) continue;
      if (!answer) answer = Learn(job->question, stop);
      job->Finish(*std::move(answer));
    }
  }

  void CancelAll() {
    std::deque<std::shared_ptr<Job>> left;
    {
      const std::lock_guard lock(mutex_);
      left.swap(jobs_);
    }
    for (const auto& job : left) job->Finish(Fail(Errc::cancelled, "the credential helpers are stopped"));
  }

 private:
  struct Known {
    CredentialSource::Answer answer;
    std::chrono::steady_clock::time_point until;
  };

  std::optional<CredentialSource::Answer> Find(const Question& question) const {
    const auto found = known_.find(question);
    if (found == known_.end() || found->second.until <= std::chrono::steady_clock::now()) return std::nullopt;
    return found->second.answer;
  }

  CredentialSource::Answer Learn(const Question& question, const std::stop_token& stop) {
    CredentialSource::Answer answer = AskHelper(question.first, question.second, *environment_, timeout_, stop);
    if (!answer && answer.error().code == Errc::cancelled) return answer;
    const Duration remember = answer ? remember_ : std::min(remember_, kRememberFailure);
    const std::lock_guard lock(mutex_);
    known_.insert_or_assign(question, Known{answer, std::chrono::steady_clock::now() + remember});
    return answer;
  }

  const std::shared_ptr<const Environment> environment_;
  const Duration timeout_;
  const Duration remember_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::map<Question, Known> known_;
};

HelperThread::HelperThread(std::shared_ptr<const Environment> environment, Duration timeout, Duration remember)
    : state_(std::make_shared<State>(std::move(environment), timeout, remember)) {}

HelperThread::~HelperThread() {
  thread_.request_stop();
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else if (thread_.joinable()) {
    thread_.join();
  }
  state_->CancelAll();
}

void HelperThread::Ask(const std::string& helper, const std::string& server, std::stop_token stop,
                       CredentialSource::Done done) {
  {
    const std::lock_guard lock(starting_);
    if (!thread_.joinable()) {
      thread_ = std::jthread([state = state_](const std::stop_token& ending) { state->Run(ending); });
    }
  }
  // From here on the answer may come, and this may be destroyed by who receives it.
  std::shared_ptr<Job> job;
  if (auto known = state_->FindOrAdd(Question(helper, server), done, job)) return done(*std::move(known));
  if (!stop.stop_possible()) return;
  const std::weak_ptr<Job> weak = job;
  job->on_stop.emplace(stop, [weak] {
    if (const auto waiting = weak.lock())
      waiting->Finish(Fail(Errc::cancelled, "given up while a credential helper was asked"));
  });
}

}  // namespace larder
