#include "support/servers.h"

#include <system_error>

namespace larder::testing {

std::filesystem::path ServerProgram(std::string_view name) {
  for (const std::filesystem::path root : {LARDER_SERVERS_DIR, "/"}) {
    const std::filesystem::path program = root / "usr/bin" / name;
    std::error_code ignored;
    if (std::filesystem::exists(program, ignored)) return program;
  }
  return {};
}

}  // namespace larder::testing
