// The engines that are measured, each beside the bare one with the same records in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "larder/store.h"
#include "micro/raw_engine.h"
#include "scratch.h"

namespace larder::bench {

struct Engine {
  std::string name;
  std::unique_ptr<Store> store;
  std::unique_ptr<RawEngine> raw;
};

struct Size {
  std::string engine, when;
  double used = 0, file = 0;  // bytes an image
};

// What is measured once, in words.
struct Note {
  std::string what, value;
};

// Opens and fills the engines. Removes its files at the end. Where something fails, the program ends and says what.
class Engines {
 public:
  Engines();
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  std::vector<Engine>& all() { return engines_; }
  const std::vector<Size>& sizes() const { return sizes_; }
  const std::vector<Note>& notes() const { return notes_; }
  // Writes as many images again as there are, at random, and notes the size and how large it was at most; writes under
  // a held Reader; copies LMDB's store in the order of its keys and notes that size.
  void Age();

 private:
  void Fill(Engine& engine);
  void Churn(Engine& engine);
  void WriteUnderReader(Engine& engine);
  void NoteSize(const std::string& name, Store& store, std::string when);

  const Scratch directory_{"larder-micro"};  // before the stores in it
  std::vector<Engine> engines_;
  std::vector<Size> sizes_;
  std::vector<Note> notes_;
};

inline constexpr std::size_t kBatch = 512;

// The repository that visits are measured on; every engine has it. Its images are not among Images().
inline constexpr const char* kLargeName = "ghcr.io/large/repository";
inline constexpr std::uint32_t kLargeTags = 10'000;

void WriteRecords(Store& store, const std::vector<KeyAndBytes>& records);
// Ends the program where it is an error.
void Check(const Result<void>& result);

}  // namespace larder::bench
