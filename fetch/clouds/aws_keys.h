// Where AWS keys come from: the environment, the shared files, a web identity, the container's and the instance's
// metadata, in this order.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "clouds/aws_answers.h"
#include "clouds/aws_settings.h"
#include "clouds/cloud_http.h"
#include "clouds/metadata.h"
#include "http/task.h"
#include "larder/error.h"

namespace larder {

// Used on the loop's thread only. Held by those who wait. Keys are not kept: they are asked for as seldom as tokens.
class AwsKeyFinder {
 public:
  AwsKeyFinder(CloudHttp http, AwsSettings settings);

  // The first place that has keys. `region` is whose STS is asked ("" = the global one). not_found: no place has any;
  // the message says where was looked. Any other error: a place is set up to have them, and does not give them.
  static http::Task<Result<AwsKeys>> Find(std::shared_ptr<AwsKeyFinder> self, std::string region, std::stop_token stop);
  // By the instance's metadata; not_found where there is none.
  static http::Task<Result<std::string>> InstanceRegion(std::shared_ptr<AwsKeyFinder> self, std::stop_token stop);

  const AwsSettings& settings() const { return settings_; }

 private:
  struct WebIdentity {
    std::string role, token_file;
  };
  std::optional<AwsKeys> InEnvironment() const;
  std::optional<AwsKeys> InFiles(const AwsProfile& profile) const;
  // unsupported: the profile has its keys from where we cannot.
  Result<void> CheckSupported(const AwsProfile& profile) const;
  std::optional<WebIdentity> WebIdentityOf(const AwsProfile& profile) const;
  Result<http::Request> StsRequest(const WebIdentity& identity, const std::string& region) const;
  // nullopt: no container.
  Result<std::optional<http::Request>> ContainerRequest() const;
  http::Task<Result<AwsKeys>> ByRequest(http::Request request, std::string what, std::stop_token stop) const;
  http::Task<Result<AwsKeys>> OfInstance(std::stop_token stop);
  // The text at a path of the instance's metadata (version 2: with a session's token).
  http::Task<Result<std::string>> Metadata(std::string path, std::string token, std::stop_token stop);
  http::Task<Result<std::string>> MetadataToken(std::stop_token stop);

  const CloudHttp http_;
  const AwsSettings settings_;
  const std::shared_ptr<MetadataService> metadata_;
};

}  // namespace larder
