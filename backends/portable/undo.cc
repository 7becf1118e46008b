#include "undo.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "unnamed_file.h"

namespace larder::portable {
namespace {

constexpr std::size_t kBatch = 512;

std::unexpected<Error> FailFile(std::string_view what) {
  return Fail(Errc::unavailable, "a temporary file for the old records: " + std::string(what) + ": " +
                                     std::generic_category().message(errno) + "; set TMPDIR to where there is room");
}

}  // namespace

Result<void> Undo::Note(const Key& key, std::span<const std::byte> old) {
  if (!old.empty()) {
    if (file_ == nullptr) {
      LARDER_ASSIGN_OR_RETURN(const int fd, UnnamedFile(TemporaryDirectory(), "the old records"));
      file_.reset(::fdopen(fd, "w+"));
      if (file_ == nullptr) return FailFile("cannot open it");
    }
    if (std::fwrite(old.data(), 1, old.size(), file_.get()) != old.size()) return FailFile("cannot write");
    file_bytes_ += old.size();
  }
  changes_.push_back({key, static_cast<std::uint32_t>(old.size())});
  return {};
}

Result<std::vector<std::byte>> Undo::ReadOld(std::uint64_t end, std::uint32_t bytes) {
  std::vector<std::byte> old(bytes);
  if (std::fseek(file_.get(), static_cast<long>(end - bytes), SEEK_SET) != 0 ||
      std::fread(old.data(), 1, old.size(), file_.get()) != old.size()) {
    return FailFile("cannot read");
  }
  return old;
}

Result<void> Undo::TakeBack(Store& store, Time now) {
  if (file_ != nullptr && std::fflush(file_.get()) != 0) return FailFile("cannot write");
  std::uint64_t end = file_bytes_;
  while (!changes_.empty()) {
    WriteBatch batch;
    for (std::size_t i = 0; i < kBatch && !changes_.empty(); ++i) {
      const Change change = changes_.back();
      changes_.pop_back();
      if (change.old_bytes == 0) {
        batch.Remove(change.key);
        continue;
      }
      LARDER_ASSIGN_OR_RETURN(auto old, ReadOld(end, change.old_bytes));
      end -= change.old_bytes;
      batch.Put(change.key, std::move(old));
    }
    LARDER_ASSIGN_OR_RETURN(const auto results, store.Write(batch, WriteOptions{now}));
    for (const auto& result : results) LARDER_RETURN_IF_ERROR(result);
  }
  return {};
}

}  // namespace larder::portable
