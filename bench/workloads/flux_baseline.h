// What Flux does: a repository's metadata as JSON under a plain key in memcached, one value a repository, decoded as a
// whole whenever anything in it is read.
#pragma once

#include <memory>
#include <string>

#include "larder/error.h"
#include "workloads/subject.h"

namespace larder::bench {

class FluxBaseline {
 public:
  // "127.0.0.1:11211".
  explicit FluxBaseline(std::string server) : server_(std::move(server)) {}

  // unavailable where memcached does not take a value: one of over its limit (1 MiB), or no answer.
  Result<void> Fill(const ImageSet& images) const;
  std::unique_ptr<Subject> Open(const ImageSet& images) const;

 private:
  std::string server_;
};

}  // namespace larder::bench
