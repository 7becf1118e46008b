// Which directories this process has open. LMDB's locks are the process's: opening a file a second time and closing it
// silently gives up the locks of the first. So a process opens a directory once, and all its stores share that.
#pragma once

#include <memory>

#include "larder/error.h"
#include "larder/lmdb_store.h"

#include "environment.h"
#include "writer.h"

namespace larder::lmdb {

struct OpenEntry;

// A share in an open directory; the last one closes it. Movable. In a forked child it closes nothing.
class OpenHandle {
 public:
  // Whether a read-only open looks at the marker record, and so at pages that a check does not trust yet.
  enum class Marker : std::uint8_t { read, unread };
  // Opens, or joins what this process has open already. Directories are told apart by device and inode.
  static Result<OpenHandle> Open(const LmdbOptions& options, Marker marker = Marker::read);

  OpenHandle(OpenHandle&& other) noexcept;
  OpenHandle& operator=(OpenHandle&&) = delete;
  ~OpenHandle();

  Environment& environment() const { return *environment_; }
  // Null where it was opened read-only.
  Writer* writer() const { return writer_; }

 private:
  OpenHandle() = default;
  OpenEntry* entry_ = nullptr;
  Environment* environment_ = nullptr;
  Writer* writer_ = nullptr;
};

}  // namespace larder::lmdb
