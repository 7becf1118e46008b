// A docker config on disk, read again when it changes.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "larder/docker_config.h"
#include "larder/error.h"

namespace larder {

// One thread at a time.
class ConfigFile {
 public:
  // `shown` is how messages name it: "~/.docker/config.json".
  ConfigFile(std::string path, std::string shown) : path_(std::move(path)), shown_(std::move(shown)) {}

  // What it says now. An error where it is there and cannot be read, or is no config: once for each state of the file,
  // afterwards what it said before holds. A file that is not there says nothing: not_found, each time.
  Result<void> Refresh(std::vector<std::string>& warnings);
  const DockerConfig& config() const { return config_; }
  const std::string& shown() const { return shown_; }

 private:
  struct Stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
    bool operator==(const Stamp& other) const;
  };

  std::string path_, shown_;
  std::optional<Stamp> seen_;
  DockerConfig config_;
};

}  // namespace larder
