// The ECR source's inside, held by the tasks that are under way.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "auth/waiters.h"
#include "clouds/aws_keys.h"
#include "clouds/cloud_http.h"
#include "clouds/ecr_endpoint.h"
#include "clouds/kept_credential.h"
#include "http/task.h"
#include "larder/cloud_credentials.h"

namespace larder {

// On the loop, but for what says so.
class EcrState {
 public:
  using Found = EcrSource::Found;

  EcrState(CloudHttp http, EcrOptions options);

  static http::Task<Result<Found>> Preflight(std::shared_ptr<EcrState> self, std::stop_token stop);
  static http::Task<CredentialSource::Answer> CredentialFor(std::shared_ptr<EcrState> self, std::string host,
                                                            std::stop_token stop);
  // From any thread: why images of the registry are left out; nullopt where they are not.
  std::optional<std::string> Excluded(const EcrRegistry& registry) const;
  // From any thread: whether all are, because no region was named and none found when it was looked for last.
  bool Nowhere() const;
  // From any thread: whether the caller is to ask for a Preflight, which nobody has since the last one ended.
  bool MayLookAgain() { return !looking_again_.exchange(true); }
  // From any thread: what is under way ends as cancelled.
  void Stop() { stop_.request_stop(); }
  const CloudHttp& http() const { return http_; }

 private:
  using Flight = SharedResult<Result<Found>>;
  static http::Task<void> Look(std::shared_ptr<EcrState> self, std::shared_ptr<Flight> flight);
  static http::Task<Result<Found>> Detect(std::shared_ptr<EcrState> self);
  static http::Task<CredentialSource::Answer> Public(std::shared_ptr<EcrState> self, std::stop_token stop);
  std::shared_ptr<KeptCredential> TokenOf(EcrEndpoint endpoint, std::string_view variable);
  void Tell(LogLevel level, const std::string& line) const;
  void Keep(const Result<Found>& found);
  // The region that was detected; "": none.
  void SetDetected(const std::string& region);

  const CloudHttp http_;
  const EcrOptions options_;
  const std::shared_ptr<AwsKeyFinder> keys_;
  std::stop_source stop_;
  std::map<std::string, std::shared_ptr<KeptCredential>> tokens_;  // by service and region
  std::shared_ptr<Flight> flight_;
  std::optional<Result<Found>> found_;
  Time look_again_{};
  std::atomic<bool> looking_again_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> regions_;  // guarded by mutex_
  bool nowhere_ = false;              // guarded by mutex_
};

}  // namespace larder
