// The work that every engine is measured by.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "larder/store.h"
#include "raw_engine.h"

namespace larder::bench {

struct Engine {
  std::string name;
  std::unique_ptr<Store> store;
  std::unique_ptr<RawEngine> raw;
};

// Opens and fills the engines, and registers their benchmarks. Removes its files at the end.
class Engines {
 public:
  Engines();
  ~Engines();
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  void Register();

 private:
  void Fill(Engine& engine);
  void RegisterReads(Engine& engine);
  void RegisterWrites(Engine& engine);

  std::filesystem::path directory_;
  std::vector<Engine> engines_;
};

}  // namespace larder::bench
