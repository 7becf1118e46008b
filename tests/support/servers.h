// Where the real servers lie that tests speak to (./dev deps unpacks them).
#pragma once

#include <filesystem>
#include <string_view>

namespace larder::testing {

// The program, from LARDER_SERVERS_DIR, else from /usr/bin; empty where it is in neither.
std::filesystem::path ServerProgram(std::string_view name);

inline bool HaveDockerRegistry() { return !ServerProgram("docker-registry").empty(); }
inline bool HaveMemcached() { return !ServerProgram("memcached").empty(); }

}  // namespace larder::testing

// At the top of a test, or in SetUp.
#define LARDER_SKIP_WITHOUT_DOCKER_REGISTRY() \
  if (!::larder::testing::HaveDockerRegistry()) GTEST_SKIP() << "skipped: no docker-registry (./dev deps fetches it)"
#define LARDER_SKIP_WITHOUT_MEMCACHED() \
  if (!::larder::testing::HaveMemcached()) GTEST_SKIP() << "skipped: no memcached (./dev deps fetches it)"
