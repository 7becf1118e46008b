#include <algorithm>
#include <array>

#include "larder/image_ref.h"

namespace larder {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), Lower);
  return lowered;
}

constexpr std::array<std::string_view, 6> kHubSpellings = {
    "", "docker.io", kDockerHubHost, kDockerHubApiHost, "registry.hub.docker.com", "www.docker.com"};
constexpr std::string_view kHubOwner = "library/";

}  // namespace

bool IsDockerHub(std::string_view host) {
  return std::any_of(kHubSpellings.begin(), kHubSpellings.end(), [&](std::string_view spelling) {
    return std::equal(host.begin(), host.end(), spelling.begin(), spelling.end(),
                      [](char a, char b) { return Lower(a) == b; });
  });
}

std::string ImageName::Registry() const {
  return IsDockerHub(domain_) ? std::string(kDockerHubHost) : Lowered(domain_);
}

std::string ImageName::Repository() const {
  if (IsDockerHub(domain_) && !path_.empty() && path_.find('/') == std::string::npos) {
    return std::string(kHubOwner) + path_;
  }
  return path_;
}

CanonicalName::CanonicalName(const ImageName& name) {
  if (name.empty()) return;
  const auto append = [this](std::string_view text) {
    const std::size_t taken = std::min(text.size(), sizeof text_ - size_);
    std::copy_n(text.begin(), taken, text_ + size_);
    size_ += taken;
  };
  const bool hub = IsDockerHub(name.domain());
  append(hub ? kDockerHubHost : std::string_view(name.domain()));
  if (!hub) std::transform(text_, text_ + size_, text_, Lower);
  append("/");
  if (hub && name.path().find('/') == std::string::npos) append(kHubOwner);
  append(name.path());
}

std::string ImageName::Canonical() const { return std::string(CanonicalName(*this).view()); }

std::string ImageName::ToString() const {
  if (empty() || domain_.empty()) return path_;
  return domain_ + '/' + path_;
}

}  // namespace larder
