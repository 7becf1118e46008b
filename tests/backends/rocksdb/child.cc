// rocksdb_child write PATH FIRST sync|os: writes batches FIRST, FIRST + 1, ... and prints each number once it is
//   acknowledged, until it is killed.
// rocksdb_child hold PATH: opens the store and prints "0", then waits to be killed.
// rocksdb_child lock FILE: holds a POSIX lock on the file, as RocksDB does on its LOCK, and prints "0".
// A failure is printed to stderr; exit status 1.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "backends/rocksdb/blocks.h"
#include "larder/rocksdb_store.h"

namespace {

int Complain(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

void Acknowledge(std::uint64_t number) {
  const std::string line = std::to_string(number) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::exit(1);
}

int WriteOn(larder::Store& store, std::uint64_t number) {
  for (;; ++number) {
    const auto results = store.Write(larder::testing::BatchNumber(number), {.now = larder::testing::kBlocksNow});
    if (!results.has_value()) return Complain(results.error().ToString());
    Acknowledge(number);
  }
}

int Lock(const char* path) {
  const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0) return Complain("cannot lock");
  Acknowledge(0);
  pause();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode == "lock") return Lock(argv[2]);
  larder::RocksDbOptions options;
  if (argc > 2) options.path = argv[2];
  options.write_buffer_bytes = 256 << 10;
  options.max_bytes = 64 << 20;
  if (argc > 4 && std::string(argv[4]) == "os") options.durability = larder::RocksDbDurability::os;
  auto store = larder::OpenRocksDbStore(options);
  if (!store.has_value()) return Complain(store.error().ToString());
  if (mode == "write" && argc > 3) return WriteOn(**store, std::stoull(argv[3]));
  Acknowledge(0);
  pause();
  return 0;
}
