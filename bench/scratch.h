// Where a run keeps its stores.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace larder::bench {

// A directory of this process, in LARDER_BENCH_DIR or where temporary files lie; removed at the end of this.
class Scratch {
 public:
  explicit Scratch(const std::string& program) {
    const char* given = std::getenv("LARDER_BENCH_DIR");
    path_ = (given != nullptr ? std::filesystem::path(given) : std::filesystem::temp_directory_path()) /
            (program + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace larder::bench
