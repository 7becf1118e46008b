// Runs workloads on one store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "images/image_set.h"
#include "larder/store.h"
#include "workloads/config.h"
#include "workloads/result.h"
#include "workloads/subject.h"

namespace larder::bench {

// What is read: makes a subject for each thread.
using OpenSubject = std::function<std::unique_ptr<Subject>()>;

// Work::read and Work::scan, on anything.
WorkloadResult RunReads(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open);
WorkloadResult RunScans(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open);

// The others, on a store that is filled.
Result<WorkloadResult> RunReadsUnderRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store);
Result<WorkloadResult> RunRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store);
// Kills a process that writes to the store at `url`, and opens it in another one. REQUIRES: it is open nowhere.
Result<WorkloadResult> RunRestarts(const WorkloadConfig& config, const ImageSet& images, const std::string& url);

// The other side of RunRestarts, in the processes that it starts (RestartRole, main.cc).
int WriteUntilKilled(const ImageSet& images, const std::string& url);
int TimeFirstRead(const ImageSet& images, const std::string& url, std::uint64_t image);

}  // namespace larder::bench
