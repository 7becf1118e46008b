// Answers and files of clouds. The first byte chooses the reader.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "clouds/aws_answers.h"
#include "clouds/aws_file.h"
#include "clouds/azure_token.h"
#include "clouds/ecr_endpoint.h"
#include "http/url.h"
#include "larder/cloud_credentials.h"

namespace {

constexpr larder::Time kNow = larder::Time(std::chrono::seconds(1'746'136'000));

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckKeys(const larder::Result<larder::AwsKeys>& keys) {
  if (!keys.has_value()) return;
  Require(!keys->access_key.empty() && !keys->secret_key.empty());
  Require(keys->session_token.find_first_of("\r\n") == std::string::npos);
}

void CheckHost(std::string_view host) {
  const auto endpoint = larder::EcrEndpointFor(host);
  Require(endpoint.has_value() == larder::ParseEcrHost(host).has_value());
  if (!endpoint.has_value()) return;
  const auto url = larder::http::Url::Parse(endpoint->url);
  Require(url.has_value() && url->scheme == "https" && url->path == "/" && url->port == 443);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 6) {
    case 0:
      for (const auto& [profile, settings] : larder::ParseAwsFile(text)) Require(!profile.empty());
      break;
    case 1:
      CheckKeys(larder::ReadMetadataKeys(text));
      break;
    case 2:
      CheckKeys(larder::ReadStsKeys(text));
      break;
    case 3:
      if (const auto token = larder::ReadEcrToken(text, kNow); token.has_value()) {
        Require(token->expires > kNow && token->expires <= kNow + larder::kMaxEcrTokenLife);
      }
      break;
    case 4:
      (void)larder::ReadAzureConfig("azure.json", text);
      break;
    default:
      CheckHost(text);
  }
  return 0;
}
