#include "record/codes.h"

#include <array>

namespace larder::record {
namespace {

constexpr std::array<std::string_view, 9> kOs = {"",       "linux",   "windows", "darwin", "freebsd",
                                                 "netbsd", "openbsd", "wasi",    "solaris"};
constexpr std::array<std::string_view, 18> kArchitecture = {
    "",       "amd64",   "arm64", "arm",   "386",    "ppc64le", "s390x", "riscv64", "mips64le",
    "mips64", "loong64", "wasm",  "ppc64", "mipsle", "mips",    "i386",  "x86_64",  "unknown"};
constexpr std::array<std::string_view, 11> kVariant = {"",   "v5", "v6", "v7", "v8",       "v9",
                                                       "v1", "v2", "v3", "v4", "softfloat"};

constexpr std::array<std::string_view, 32> kLabels = {
    "",
    "org.opencontainers.image.created",
    "org.opencontainers.image.version",
    "org.opencontainers.image.revision",
    "org.opencontainers.image.source",
    "org.opencontainers.image.url",
    "org.opencontainers.image.title",
    "org.opencontainers.image.description",
    "org.opencontainers.image.licenses",
    "org.opencontainers.image.vendor",
    "org.opencontainers.image.authors",
    "org.opencontainers.image.documentation",
    "org.opencontainers.image.ref.name",
    "org.opencontainers.image.base.name",
    "org.opencontainers.image.base.digest",
    "org.label-schema.build-date",
    "org.label-schema.schema-version",
    "org.label-schema.name",
    "org.label-schema.description",
    "org.label-schema.version",
    "org.label-schema.vcs-url",
    "org.label-schema.vcs-ref",
    "org.label-schema.vendor",
    "org.label-schema.url",
    "org.label-schema.license",
    "maintainer",
    "version",
    "release",
    "name",
    "description",
    "vendor",
    "build-date",
};

template <std::size_t N>
std::uint8_t Find(const std::array<std::string_view, N>& table, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (table[i] == text) return static_cast<std::uint8_t>(i);
  }
  return kOther;
}

template <std::size_t N>
std::string_view At(const std::array<std::string_view, N>& table, std::uint8_t code) {
  return code < N ? table[code] : std::string_view();
}

}  // namespace

PlatformCodes EncodePlatform(const Platform& platform) {
  PlatformCodes codes;
  codes.os = Find(kOs, platform.os);
  codes.architecture = Find(kArchitecture, platform.architecture);
  codes.variant = Find(kVariant, platform.variant);
  if (codes.os == kOther || codes.architecture == kOther || codes.variant == kOther) {
    codes.os = codes.architecture = codes.variant = kOther;
  }
  return codes;
}

Platform DecodePlatform(const PlatformCodes& codes) {
  Platform platform;
  platform.os = At(kOs, codes.os);
  platform.architecture = At(kArchitecture, codes.architecture);
  platform.variant = At(kVariant, codes.variant);
  return platform;
}

std::uint8_t LabelCode(std::string_view name) {
  if (name.empty()) return 0;
  const auto code = Find(kLabels, name);
  return code == kOther ? std::uint8_t{0} : code;
}

std::string_view LabelName(std::uint8_t code) { return At(kLabels, code); }

}  // namespace larder::record
