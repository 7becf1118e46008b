#include "clouds/ecr_endpoint.h"

#include <algorithm>
#include <vector>

#include "clouds/aws_settings.h"
#include "http/ascii.h"

namespace larder {
namespace {

constexpr std::string_view kDomains[] = {"amazonaws.com", "amazonaws.com.cn", "sc2s.sgov.gov",
                                         "c2s.ic.gov",    "cloud.adc-e.uk",   "csp.hci.ic.gov"};

struct DualStack {
  std::string_view registries, apis;
};
constexpr DualStack kDualStack[] = {{"on.aws", "api.aws"},
                                    {"on.amazonwebservices.com.cn", "api.amazonwebservices.com.cn"}};

struct Host {
  EcrRegistry registry;
  std::string api;  // of its tokens
};

std::string_view NextLabel(std::string_view& host) {
  const std::size_t dot = std::min(host.find('.'), host.size());
  const std::string_view label = host.substr(0, dot);
  host.remove_prefix(std::min(dot + 1, host.size()));
  return label;
}

std::optional<Host> Read(std::string_view text) {
  const std::string lower = http::LowerCase(text);
  std::string_view rest = lower;
  Host host;
  host.registry.account = NextLabel(rest);
  if (!IsAccountId(host.registry.account)) return std::nullopt;
  const std::string_view kind = NextLabel(rest);
  if (kind == "dkr") {
    const std::string_view service = NextLabel(rest);
    host.registry.region = NextLabel(rest);
    if (service != "ecr" && service != "ecr-fips") return std::nullopt;
    if (std::ranges::find(kDomains, rest) == std::end(kDomains)) return std::nullopt;
    host.api = (service == "ecr" ? "api.ecr." : "ecr-fips.") + host.registry.region + "." + std::string(rest);
  } else if (kind == "dkr-ecr" || kind == "dkr-ecr-fips") {
    host.registry.region = NextLabel(rest);
    const auto* const found = std::ranges::find(kDualStack, rest, &DualStack::registries);
    if (found == std::end(kDualStack)) return std::nullopt;
    host.api = (kind == "dkr-ecr" ? "ecr." : "ecr-fips.") + host.registry.region + "." + std::string(found->apis);
  } else {
    return std::nullopt;
  }
  if (!IsAwsRegion(host.registry.region)) return std::nullopt;
  return host;
}

}  // namespace

bool IsAccountId(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

EcrEndpoint::EcrEndpoint() = default;

std::optional<EcrRegistry> ParseEcrHost(std::string_view host) {
  const auto read = Read(host);
  if (!read) return std::nullopt;
  return read->registry;
}

std::optional<EcrEndpoint> EcrEndpointFor(std::string_view host) {
  const auto read = Read(host);
  if (!read) return std::nullopt;
  EcrEndpoint endpoint;
  endpoint.url = "https://" + read->api + "/";
  endpoint.region = read->registry.region;
  endpoint.service = "ecr";
  endpoint.target = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
  return endpoint;
}

EcrEndpoint EcrPublicEndpoint() {
  EcrEndpoint endpoint;
  endpoint.region = "us-east-1";
  endpoint.url = "https://api.ecr-public.us-east-1.amazonaws.com/";
  endpoint.service = "ecr-public";
  endpoint.target = "SpencerFrontendService.GetAuthorizationToken";
  return endpoint;
}

bool IsEcrPublic(std::string_view host) {
  const std::string lower = http::LowerCase(host);
  return lower == "public.ecr.aws" || lower == "ecr-public.aws.com";
}

}  // namespace larder
