// Stores into portable files, and back.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "larder/api.h"
#include "larder/byte_stream.h"
#include "larder/error.h"
#include "larder/portable_file.h"
#include "larder/store.h"

namespace LARDER_API larder {

struct ExportReport {
  std::uint64_t read = 0;  // records seen, without the marker and leases, which belong to their store
  std::uint64_t expired = 0;
  std::uint64_t broken = 0;  // left out: they fail their checks
  std::uint64_t newer = 0;   // left out: of a newer release's format
  PortableInfo file;
};

struct ExportOptions {
  Time now{};
  std::function<ScanAction(const ExportReport& so_far)> progress;  // stop ends it with cancelled
};

// Every live record, in key order where the engine has one; in constant memory, holding no Reader for long. The sink's
// Commit, where it has one, is the caller's.
Result<ExportReport> ExportStore(Store& from, ByteSink& to, const ExportOptions& options);

// Reads the whole file and checks everything in it. Rewinds it first. `progress` may be empty; stop ends it with
// cancelled. Other errors: PortableReader's.
Result<PortableInfo> CheckPortable(ByteSource& file, const std::function<ScanAction(const PortableInfo&)>& progress);

struct ImportReport {
  PortableInfo file;
  std::uint64_t written = 0;
  std::uint64_t same = 0;     // there already, byte for byte
  std::uint64_t expired = 0;  // left out: expired since they were exported
  std::uint64_t failed = 0;   // the target did not take them (engines that are not atomic; others fail as a whole)
  std::optional<Error> first_failure;
};

struct ImportOptions {
  Time now{};
  bool dry_run = false;  // counts what would be written
  // `total` is the file's; stop ends it with cancelled.
  std::function<ScanAction(const ImportReport& so_far, std::uint64_t total)> progress;
};

// Writes what CheckPortable accepted; a record that is there already is replaced. A file that fails its checks is
// refused before anything is written, and so is one for which an engine with a bound has no room (too_large), as it
// would evict what is there.
//
// On atomic engines (StoreTraits) an import that fails puts back what it replaced and removes what it added; the error
// says so, or that it could not be done. Only a process that is killed leaves a part of the records, each of them
// whole. On others the error says how many records were written. Memory: 24 bytes a record of the file; old records
// that are replaced wait in an unnamed file under TMPDIR.
Result<ImportReport> ImportStore(ByteSource& file, Store& to, const ImportOptions& options);

}  // namespace larder
