// RocksDB's log as it lies in the file: blocks of 32 KiB, records with checksums that never cross a block.
#pragma once

#include <filesystem>

#include "larder/error.h"

namespace larder::rocks {

// Compares the checksums of all records. An end that is torn, as a power cut or a writer at work leaves it, is well.
// RocksDB takes any damage for such an end, and forgets what follows. corruption names the file and the byte; success
// where the file is gone.
Result<void> CheckLog(const std::filesystem::path& path);

}  // namespace larder::rocks
