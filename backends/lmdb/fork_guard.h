// Tells a forked child that it is one, for the price of a load.
#pragma once

#include <sys/types.h>

namespace larder::lmdb {

// Safe for concurrent use.
class ForkGuard {
 public:
  ForkGuard();
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;

  // True in a child of the process that made this.
  bool Forked() const { return page_ != nullptr ? *page_ == 0 : ForkedByPid(); }

 private:
  bool ForkedByPid() const;

  // A page that the kernel gives to a child as zeros (MADV_WIPEONFORK); null where it cannot.
  const volatile unsigned char* page_ = nullptr;
  void* mapping_ = nullptr;
  pid_t pid_;
};

}  // namespace larder::lmdb
