#include "tag_names.h"

#include <array>
#include <string_view>

namespace larder::samples {
namespace {

constexpr std::array<std::string_view, 16> kFirst = {"amber",  "basalt", "cedar",  "delta",   "ember", "fjord",
                                                     "garnet", "harbor", "indigo", "juniper", "kelp",  "lumen",
                                                     "mango",  "nickel", "onyx",   "pepper"};
constexpr std::array<std::string_view, 16> kSecond = {"anvil", "broker", "cache",  "db",   "engine", "forge",
                                                      "gate",  "http",   "index",  "jobs", "kv",     "lang",
                                                      "mail",  "node",   "oracle", "proxy"};
constexpr std::array<std::string_view, 12> kVariants = {
    "",       "alpine",      "alpine3.20",  "bookworm",    "slim",       "slim-bookworm",
    "trixie", "slim-trixie", "jdk21-noble", "jre17-jammy", "fpm-alpine", "windowsservercore-ltsc2022"};
constexpr std::array<std::string_view, 5> kFlavours = {"", "full", "debug", "management", "otel"};

std::string Join(std::string_view version, std::string_view variant, std::string_view flavour) {
  std::string tag(version);
  for (const std::string_view part : {variant, flavour}) {
    if (part.empty()) continue;
    if (!tag.empty()) tag += '-';
    tag += part;
  }
  return tag.empty() ? "latest" : tag;
}

}  // namespace

std::string RepositoryName(std::size_t number) {
  std::string name = "library/";
  name += kFirst[number % kFirst.size()];
  name += '-';
  // The two words turn at different speeds, so that all pairs come before one comes again.
  name += kSecond[(number / kFirst.size() + number) % kSecond.size()];
  const std::size_t round = number / (kFirst.size() * kSecond.size());
  if (round > 0) name += std::to_string(round + 1);
  return name;
}

void TagNames::NextVersion() {
  variant_ = 0;
  if (patch_ > 0 && random_.Chance(50)) {
    --patch_;
  } else if (minor_ > 0) {
    --minor_;
    patch_ = random_.Below(20);
  } else {
    ++major_;
    minor_ = random_.Below(30);
    patch_ = random_.Below(20);
  }
}

std::vector<std::string> TagNames::Next(std::size_t count) {
  const std::string major = std::to_string(major_);
  const std::string minor = major + "." + std::to_string(minor_);
  const std::string patch = minor + "." + std::to_string(patch_);
  std::vector<std::string> tags;
  const auto give = [&](std::string tag) {
    if (tags.size() < count && given_.insert(tag).second) tags.push_back(std::move(tag));
  };
  for (const std::string_view flavour : kFlavours) {
    for (const std::string& version : {patch, minor, major, std::string()}) {
      give(Join(version, kVariants[variant_], flavour));
    }
  }
  for (std::size_t build = 1; tags.size() < count; ++build) {
    give(Join(patch, kVariants[variant_], "b" + std::to_string(build)));
  }
  if (++variant_ == kVariants.size() || random_.Chance(20)) NextVersion();
  return tags;
}

}  // namespace larder::samples
