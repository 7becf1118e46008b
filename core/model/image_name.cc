#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

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

// A bit for each length that a spelling has: nearly every other host is told apart by it.
constexpr std::uint64_t kHubLengths = [] {
  std::uint64_t lengths = 0;
  for (const auto spelling : kHubSpellings) lengths |= std::uint64_t{1} << spelling.size();
  return lengths;
}();

}  // namespace

bool IsDockerHub(std::string_view host) {
  if (host.size() >= 64 || (kHubLengths >> host.size() & 1) == 0) return false;
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
  const bool hub = IsDockerHub(name.domain());
  const std::string_view host = hub ? kDockerHubHost : std::string_view(name.domain());
  const std::string_view owner = hub && name.path().find('/') == std::string::npos ? kHubOwner : std::string_view();
  const auto append = [this](std::string_view text) {
    const std::size_t taken = std::min(text.size(), sizeof text_ - size_);
    std::memcpy(text_ + size_, text.data(), taken);
    size_ += taken;
  };
  size_ = std::min(host.size(), sizeof text_);
  std::transform(host.begin(), host.begin() + static_cast<std::ptrdiff_t>(size_), text_, Lower);
  append("/");
  if (!owner.empty()) append(owner);
  append(name.path());
}

std::string ImageName::Canonical() const { return std::string(CanonicalName(*this).view()); }

std::string ImageName::ToString() const {
  if (empty() || domain_.empty()) return path_;
  return domain_ + '/' + path_;
}

}  // namespace larder
