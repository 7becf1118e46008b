// ECR's hosts: which registry a host is, and which API has its tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "larder/cloud_credentials.h"

namespace larder {

// The API that gives a registry's token.
struct EcrEndpoint {
  EcrEndpoint();
  std::string url;
  std::string region;   // that requests are signed for
  std::string service;  // "ecr", "ecr-public"
  std::string target;   // X-Amz-Target
};

// Of the registry at `host`; nullopt where ParseEcrHost says that it is none.
std::optional<EcrEndpoint> EcrEndpointFor(std::string_view host);
EcrEndpoint EcrPublicEndpoint();

bool IsAccountId(std::string_view text);  // 12 digits

// public.ecr.aws, and its dual-stack name.
bool IsEcrPublic(std::string_view host);

}  // namespace larder
