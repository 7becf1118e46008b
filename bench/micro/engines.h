// The engines that are measured, each beside the bare one with the same records in it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "larder/store.h"
#include "micro/raw_engine.h"
#include "scratch.h"

namespace larder::bench {

struct Engine {
  std::string name;
  std::unique_ptr<Store> store;
  std::unique_ptr<RawEngine> raw;
  std::function<std::unique_ptr<Store>()> open_another;  // of the same kind, empty, elsewhere
  StoreStats fresh = {};                                 // after the images were written, alone
};

struct Size {
  std::string engine, when;
  double used = 0, file = 0;  // bytes an image
};

// What is measured once, in words.
struct Note {
  std::string what, value;
};

// Opens and fills the engines: all, or those of LARDER_BENCH_ENGINES ("lmdb,rocksdb"). Removes its files at the end.
// Where something fails, the program ends and says what.
class Engines {
 public:
  Engines();
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  std::vector<Engine>& all() { return engines_; }
  const std::vector<Size>& sizes() const { return sizes_; }
  const std::vector<Note>& notes() const { return notes_; }
  // What the engines are, with versions.
  std::vector<std::string> Libraries() const;
  // What `images` images take, of all that is in the store.
  void AddSize(const std::string& engine, std::string when, const StoreStats& stats, double images);
  void AddNote(std::string what, std::string value);

 private:
  void Add(const std::string& name, std::unique_ptr<RawEngine> raw,
           std::function<std::unique_ptr<Store>(const std::string& place)> open);
  void OpenMemcached(const std::string& address);
  void Fill(Engine& engine);

  const Scratch directory_{"larder-micro"};  // before the stores in it
  std::vector<Engine> engines_;
  std::vector<Size> sizes_;
  std::vector<Note> notes_;
};

inline constexpr std::size_t kBatch = 512;

// The repository that visits are measured on; every engine has it. Its images are not among Images().
inline constexpr const char* kLargeName = "ghcr.io/large/repository";
inline constexpr std::uint32_t kLargeTags = 10'000;

// True where nothing goes on in the background.
bool IsSettled(Store& store);
// Until then, or for a minute.
void WaitFor(const std::function<bool()>& settled);

void WriteRecords(Store& store, const std::vector<KeyAndBytes>& records);

// The value, or the end of the program.
template <class T>
T Must(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "larder_micro: %s\n", result.error().ToString().c_str());
    std::exit(3);
  }
  return std::move(*result);
}
// Ends the program where it is an error.
inline void Check(const Result<void>& result) {
  if (!result.has_value()) Must(Result<int>(std::unexpected<Error>(result.error())));
}

}  // namespace larder::bench
