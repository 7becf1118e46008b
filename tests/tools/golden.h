// Texts that are kept beside the tests: what a command prints is compared with a file of tests/tools/golden. With
// LARDER_UPDATE_GOLDEN=DIRECTORY in the environment they are written there instead; read them before they are
// committed.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

namespace larder::tool {

// The one thing that differs from run to run: when the store itself was made.
inline std::string WithoutBirthday(std::string text) {
  text = std::regex_replace(text, std::regex("made [^,\\n]*, collected"), "made then, collected");
  return std::regex_replace(text, std::regex("\"Created\": \"[^\"]*\""), "\"Created\": \"then\"");
}

inline void ExpectGolden(const std::string& name, const std::string& printed) {
  const std::string text = WithoutBirthday(printed);
  const std::string path = std::string(LARDER_SOURCE_DIR) + "/tests/tools/golden/" + name;
  if (const char* into = std::getenv("LARDER_UPDATE_GOLDEN"); into != nullptr) {
    std::ofstream(std::string(into) + "/" + name, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream kept;
  kept << file.rdbuf();
  EXPECT_EQ(kept.str(), text) << name;
}

}  // namespace larder::tool
