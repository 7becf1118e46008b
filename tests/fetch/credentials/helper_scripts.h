// Credential helpers for tests: shell scripts in a folder of their own, and an environment that finds them.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "credentials/environment.h"
#include "support/corpus.h"
#include "support/temp_dir.h"

namespace larder {

class HelperScripts {
 public:
  HelperScripts() {
    environment["PATH"] = dir.path().string() + ":/usr/bin:/bin";
    environment["HOME"] = dir.path().string();
    environment["CALLS"] = (dir / "calls").string();
  }
  // `body` finds the host in $host. Each call adds a line to `calls`.
  void Write(const std::string& name, const std::string& body) {
    WriteFile("docker-credential-" + name,
              "#!/bin/sh\nread host\necho \"" + name + " $1 $host\" >> \"$CALLS\"\n" + body + "\n");
    std::filesystem::permissions(dir / ("docker-credential-" + name), std::filesystem::perms::owner_all);
  }
  void WriteFile(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((dir / name).parent_path());
    std::ofstream(dir / name, std::ios::trunc) << text;
  }
  std::string Calls() const { return testing::ReadFile(dir / "calls"); }
  std::shared_ptr<const Environment> Shared() const { return std::make_shared<const Environment>(environment); }

  testing::TempDir dir;
  Environment environment;
};

}  // namespace larder
