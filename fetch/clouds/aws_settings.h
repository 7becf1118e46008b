// What the environment and the shared files say of AWS.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "clouds/aws_file.h"
#include "credentials/environment.h"
#include "larder/error.h"

namespace larder {

// A value; the files are read at each question, as they are then.
class AwsSettings {
 public:
  explicit AwsSettings(std::shared_ptr<const Environment> environment) : environment_(std::move(environment)) {}

  std::string Get(std::string_view variable) const { return Variable(*environment_, variable); }
  // AWS_PROFILE, AWS_DEFAULT_PROFILE, else "default".
  std::string ProfileName() const;
  // The profile's settings in the credentials file over those in the config file; empty where neither has it. An error:
  // a file that is there and cannot be read, or a profile that was asked for by name and is nowhere.
  Result<AwsProfile> Profile() const;
  // "~/.aws/credentials [default]"
  std::string ProfileShown() const;
  // "" where only the instance may know it. For a region that nobody named: that of the profile.
  Result<std::string> Region() const;
  // The first of the variables that is set (AWS_ENDPOINT_URL last), else `otherwise`.
  std::string Endpoint(std::string_view variable, std::string otherwise) const;
  // AWS_EC2_METADATA_SERVICE_ENDPOINT, or the address for the mode; without a slash at the end.
  std::string MetadataBase() const;

 private:
  std::string FileFor(std::string_view variable, std::string_view name) const;

  std::shared_ptr<const Environment> environment_;
};

// "eu-west-1": letters, digits and hyphens, which is all that may go into the name of a host.
bool IsAwsRegion(std::string_view text);
// The domain of the services of a region: "amazonaws.com", "amazonaws.com.cn".
std::string_view AwsDomain(std::string_view region);

}  // namespace larder
