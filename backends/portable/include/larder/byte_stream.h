// Where a portable file's bytes come from and go to.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "larder/api.h"
#include "larder/error.h"

namespace LARDER_API larder {

// One thread at a time, as all of this file.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // All of the bytes, or an error.
  virtual Result<void> Write(std::span<const std::byte> bytes) = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Some bytes into `into`, at least one; 0 at the end only. REQUIRES: `into` is not empty.
  virtual Result<std::size_t> Read(std::span<std::byte> into) = 0;
  // Back to the first byte. unsupported where the bytes are gone once read.
  virtual Result<void> Rewind() = 0;
};

// A file that appears under its name only when it is whole: written beside it under a temporary name, made durable
// (fsync of the file and of its directory) and renamed by Commit. Without Commit nothing is left. A path that names
// something that is no plain file (a pipe, a device) is written in place. Errors name the path: invalid_argument (a
// directory), not_found, permission_denied, unavailable (disk full).
class FileSink final : public ByteSink {
 public:
  static Result<std::unique_ptr<FileSink>> Create(const std::filesystem::path& path);
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  Result<void> Write(std::span<const std::byte> bytes) override;
  // Once, after the last Write. What was under that name is replaced.
  Result<void> Commit();

 private:
  FileSink(std::filesystem::path path, std::string temporary, int fd)
      : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}
  std::filesystem::path path_;
  std::string temporary_;  // "" where it is written in place
  int fd_;
};

// A plain file; or whatever else a descriptor gives, kept in a file without a name so that it can be read again.
class FileSource final : public ByteSource {
 public:
  // not_found, permission_denied, invalid_argument (a directory), unavailable.
  static Result<std::unique_ptr<FileSource>> Open(const std::filesystem::path& path);
  // Reads `fd` to its end into an unnamed file in $TMPDIR (/tmp); the fd stays open. `stop` is asked now and then: true
  // ends it with cancelled.
  static Result<std::unique_ptr<FileSource>> Spool(int fd, const std::function<bool()>& stop);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> Read(std::span<std::byte> into) override;
  Result<void> Rewind() override;

 private:
  explicit FileSource(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace larder
