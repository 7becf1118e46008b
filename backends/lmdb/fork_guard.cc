#include "fork_guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace larder::lmdb {
namespace {

std::size_t PageBytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

ForkGuard::ForkGuard() : pid_(getpid()) {
  void* mapping = mmap(nullptr, PageBytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return;
  mapping_ = mapping;
  if (madvise(mapping_, PageBytes(), MADV_WIPEONFORK) != 0) return;
  auto* byte = static_cast<unsigned char*>(mapping_);
  *byte = 1;
  page_ = byte;
}

ForkGuard::~ForkGuard() {
  if (mapping_ != nullptr) munmap(mapping_, PageBytes());
}

bool ForkGuard::ForkedByPid() const { return getpid() != pid_; }

}  // namespace larder::lmdb
