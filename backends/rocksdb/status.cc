#include "status.h"

#include <string>
#include <utility>

namespace larder::rocks {
namespace {

Errc CodeOf(const rocksdb::Status& status) {
  using rocksdb::Status;
  switch (status.code()) {
    case Status::kNotFound:
      return Errc::not_found;
    case Status::kCorruption:
      return Errc::corruption;
    case Status::kNotSupported:
      return Errc::unsupported;
    case Status::kInvalidArgument:
      return Errc::invalid_argument;
    default:
      return status.IsPathNotFound() ? Errc::not_found : Errc::unavailable;
  }
}

std::string_view AdviceFor(const rocksdb::Status& status) {
  using rocksdb::Status;
  if (status.IsNoSpace()) return "no space is left: make room on the disk";
  if (status.IsPathNotFound()) return "a file of the store is gone: close the store and open it again";
  switch (status.code()) {
    case Status::kCorruption:
      return "the store is damaged: move its directory away, it is filled again";
    case Status::kNotFound:
      return "something of the store is missing: move its directory away, it is filled again";
    case Status::kNotSupported:
      return "open it with the release that wrote it, or use another path";
    case Status::kInvalidArgument:
      return "the directory is not as Larder makes it: check the path, or use another";
    case Status::kIOError:
      return "look at the disk, and at who may write to the directory, then close the store and open it again";
    default:
      return "try again later";
  }
}

}  // namespace

std::unexpected<Error> FailWith(const rocksdb::Status& status, const std::filesystem::path& path,
                                std::string_view what) {
  std::string text = "rocksdb: " + path.string();
  text.append(": cannot ").append(what).append(": ").append(status.ToString()).append("; ").append(AdviceFor(status));
  return Fail(CodeOf(status), std::move(text));
}

Result<void> ToResult(const rocksdb::Status& status, const std::filesystem::path& path, std::string_view what) {
  if (status.ok()) return {};
  return FailWith(status, path, what);
}

}  // namespace larder::rocks
