#include "lmdb_error.h"

#include <cerrno>
#include <string>

namespace larder::lmdb {
namespace {

Errc CodeOf(int rc) {
  switch (rc) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
      return Errc::corruption;
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
      return Errc::unsupported;
    case MDB_TXN_FULL:
      return Errc::too_large;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::permission_denied;
    case ENOENT:
      return Errc::not_found;
    case ENOTDIR:
      return Errc::invalid_argument;
    default:
      return Errc::unavailable;
  }
}

std::string_view AdviceOn(int rc) {
  switch (rc) {
    case MDB_INVALID:
      return "; data.mdb is not an LMDB file: move it away, or open another directory";
    case MDB_VERSION_MISMATCH:
      return "; data.mdb was written by another major version of LMDB";
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      return "; export what can be read, then remove the directory";
    case MDB_INCOMPATIBLE:
      return "; it is another program's LMDB database: use another path";
    case EMFILE:
    case ENFILE:
      return "; too many files are open: raise the limit (ulimit -n)";
    case EAGAIN:
      return "; try again later";
    case MDB_TXN_FULL:
      return "; write smaller batches";
    case MDB_READERS_FULL:
      return "; every reader slot is taken: close Readers, or read from fewer processes";
    case MDB_PANIC:
      return "; a write of the root failed: close the store in this process and open it again";
    case ENOSPC:
      return "; the batch was not written, the store is as before: make room on the disk";
    case ENOMEM:
      return "; the address space or memory is limited: use a smaller max_bytes, or raise the limit";
    case EACCES:
      return "; reading needs write access to lock.mdb, writing to data.mdb too";
    case EPERM:
    case EROFS:
      return "; run as the owner of the files, or open it read-only";
    case ENOTDIR:
      return "; use another path";
    case MDB_MAP_FULL:
      return "; close Readers within a second, write smaller batches, or use a larger max_bytes";
    default:
      return "; look at the disk, then close the store and open it again";
  }
}

}  // namespace

std::unexpected<Error> FailLmdb(const std::filesystem::path& path, std::string_view what, int rc) {
  std::string text = "lmdb " + path.string() + ": ";
  text.append(what).append(": ").append(mdb_strerror(rc)).append(AdviceOn(rc));
  return Fail(CodeOf(rc), std::move(text));
}

}  // namespace larder::lmdb
