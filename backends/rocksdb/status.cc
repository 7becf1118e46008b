#include "status.h"

#include <string>

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
  if (status.IsCorruption()) return "; the store is damaged: move its directory away, it is filled again";
  if (status.IsNoSpace()) return "; the disk is full";
  return {};
}

}  // namespace

std::unexpected<Error> FailWith(const rocksdb::Status& status, std::string_view what) {
  std::string text = "rocksdb: ";
  text += what;
  text += ": ";
  text += status.ToString();
  text += AdviceFor(status);
  return Fail(CodeOf(status), std::move(text));
}

Result<void> ToResult(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return {};
  return FailWith(status, what);
}

}  // namespace larder::rocks
