// The platforms of sample images, the most frequent first.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "larder/platform.h"

namespace larder::samples {

struct SamplePlatform {
  std::string_view os, architecture, variant, os_version;
  Platform ToPlatform() const { return Platform{std::string(os), std::string(architecture), std::string(variant)}; }
};

inline constexpr std::array<SamplePlatform, 12> kPlatforms = {{
    {"linux", "amd64", "", ""},
    {"linux", "arm64", "v8", ""},
    {"linux", "arm", "v7", ""},
    {"linux", "ppc64le", "", ""},
    {"linux", "s390x", "", ""},
    {"linux", "386", "", ""},
    {"linux", "riscv64", "", ""},
    {"linux", "arm", "v6", ""},
    {"linux", "arm", "v5", ""},
    {"linux", "mips64le", "", ""},
    {"windows", "amd64", "", "10.0.26100.4349"},
    {"windows", "amd64", "", "10.0.20348.3807"},
}};

// 2024-01-01T00:00:00Z: samples are made to have been built after it.
inline constexpr std::int64_t kSampleEpoch = 1704067200;

}  // namespace larder::samples
