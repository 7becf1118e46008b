#include "clouds/aws_settings.h"

#include <algorithm>

#include "credentials/small_file.h"
#include "http/ascii.h"
#include "larder/cloud_credentials.h"

namespace larder {

std::string AwsSettings::ProfileName() const {
  std::string name = Get("AWS_PROFILE");
  if (name.empty()) name = Get("AWS_DEFAULT_PROFILE");
  return name.empty() ? "default" : name;
}

std::string AwsSettings::FileFor(std::string_view variable, std::string_view name) const {
  std::string path = Get(variable);
  const std::string home = Get("HOME");
  if (path.empty()) return home.empty() ? "" : home + "/.aws/" + std::string(name);
  if (path.starts_with("~/")) return home + path.substr(1);
  return path;
}

std::string AwsSettings::ProfileShown() const {
  return ShownPath(FileFor("AWS_SHARED_CREDENTIALS_FILE", "credentials"), Get("HOME")) + " [" + ProfileName() + "]";
}

Result<AwsProfile> AwsSettings::Profile() const {
  const std::string name = ProfileName();
  AwsProfile profile;
  bool found = false;
  for (const std::string& path :
       {FileFor("AWS_CONFIG_FILE", "config"), FileFor("AWS_SHARED_CREDENTIALS_FILE", "credentials")}) {
    if (path.empty()) continue;
    Result<std::string> text = ReadSmallFile(path, ShownPath(path, Get("HOME")), kMaxCloudFile);
    if (!text && text.error().code == Errc::not_found) continue;
    if (!text) return std::unexpected<Error>(std::move(text).error());
    const AwsFile file = ParseAwsFile(*text);
    const auto section = file.find(name);
    if (section == file.end()) continue;
    found = true;
    for (const auto& [setting, value] : section->second) profile.insert_or_assign(setting, value);
  }
  if (!found && name != "default") {
    return Fail(Errc::invalid_argument, "there is no profile \"" + name + "\" in AWS's shared files");
  }
  return profile;
}

Result<std::string> AwsSettings::Region() const {
  std::string region = Get("AWS_REGION");
  if (region.empty()) region = Get("AWS_DEFAULT_REGION");
  if (region.empty()) {
    LARDER_ASSIGN_OR_RETURN(const AwsProfile profile, Profile());
    if (const auto set = profile.find("region"); set != profile.end()) region = set->second;
  }
  if (!region.empty() && !IsAwsRegion(region)) {
    return Fail(Errc::invalid_argument, "the AWS region that is set can be none: letters, digits and hyphens");
  }
  return region;
}

std::string AwsSettings::Endpoint(std::string_view variable, std::string otherwise) const {
  std::string endpoint = Get(variable);
  if (endpoint.empty()) endpoint = Get("AWS_ENDPOINT_URL");
  return endpoint.empty() ? otherwise : endpoint;
}

std::string AwsSettings::MetadataBase() const {
  std::string base = Get("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (base.empty()) {
    const bool ipv6 = http::SameIgnoringCase(Get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), "IPv6");
    base = ipv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  while (base.ends_with('/')) base.pop_back();
  return base;
}

bool IsAwsRegion(std::string_view text) {
  constexpr std::size_t kMax = 63;  // a label of a host's name
  return !text.empty() && text.size() <= kMax && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string_view AwsDomain(std::string_view region) {
  if (region.starts_with("cn-")) return "amazonaws.com.cn";
  if (region.starts_with("us-isob-")) return "sc2s.sgov.gov";
  if (region.starts_with("us-iso-")) return "c2s.ic.gov";
  if (region.starts_with("eu-isoe-")) return "cloud.adc-e.uk";
  if (region.starts_with("us-isof-")) return "csp.hci.ic.gov";
  return "amazonaws.com";
}

}  // namespace larder
