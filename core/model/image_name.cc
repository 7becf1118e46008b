#include <algorithm>
#include <array>

#include "larder/image_ref.h"

namespace larder {
namespace {

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

constexpr std::array<std::string_view, 6> kHubSpellings = {
    "", "docker.io", kDockerHubHost, kDockerHubApiHost, "registry.hub.docker.com", "www.docker.com"};

}  // namespace

bool IsDockerHub(std::string_view host) {
  return std::find(kHubSpellings.begin(), kHubSpellings.end(), Lowered(host)) != kHubSpellings.end();
}

std::string ImageName::Registry() const {
  return IsDockerHub(domain_) ? std::string(kDockerHubHost) : Lowered(domain_);
}

std::string ImageName::Repository() const {
  if (IsDockerHub(domain_) && !path_.empty() && path_.find('/') == std::string::npos) return "library/" + path_;
  return path_;
}

std::string ImageName::Canonical() const {
  if (empty()) return {};
  std::string canonical = Registry();
  canonical += '/';
  canonical += Repository();
  return canonical;
}

std::string ImageName::ToString() const {
  if (empty() || domain_.empty()) return path_;
  return domain_ + '/' + path_;
}

}  // namespace larder
