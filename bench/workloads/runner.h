// Measures one kind of work on one store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "images/image_set.h"
#include "larder/store.h"
#include "workloads/config.h"
#include "workloads/measured.h"
#include "workloads/subject.h"

namespace larder::bench {

// What is read: makes a subject for each thread.
using OpenSubject = std::function<std::unique_ptr<Subject>()>;

// Work::read and Work::scan, on anything.
Result<Measured> RunReads(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open);
Result<Measured> RunScans(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open);

// The others, on a store that is filled. What RunReadsUnderRefresh's one writer does is not in its latency.
Result<Measured> RunReadsUnderRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store);
Result<Measured> RunRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store);
// Kills a process that writes to the store at `url`, and opens it in another one, so often as `config` says; memory and
// disk are those of the last one. REQUIRES: it is open nowhere, and this process has one thread.
Result<Measured> RunRestarts(const WorkloadConfig& config, const ImageSet& images, const std::string& url);

}  // namespace larder::bench
