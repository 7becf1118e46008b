// Whether the files of a RocksDB store are what they were when they were written.
#pragma once

#include <filesystem>

#include "larder/api.h"
#include "larder/error.h"

namespace LARDER_API larder {

// Reads every block of every table and the whole log, and compares their checksums; also what no read of a record comes
// by: indexes and filters. A log whose end is torn, as a power cut leaves it, is well; a flipped bit in it is not.
// Takes no lock and writes nothing; another process may write meanwhile. corruption names the file and the place; other
// errors as OpenRocksDbStore's for reading.
Result<void> CheckRocksDbFiles(const std::filesystem::path& path);

}  // namespace larder
