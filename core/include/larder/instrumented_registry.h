// A Registry that tells how long each question took.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "larder/api.h"
#include "larder/registry.h"

namespace LARDER_API larder {

// Called after each question, on the asking thread: "GetImage" or "GetImageRepositoryMetadata". Must be thread-safe.
using ReadObserver = std::function<void(std::string_view method, bool success, std::chrono::nanoseconds took)>;

// As thread-safe as `next`, which must outlive it.
class InstrumentedRegistry final : public Registry {
 public:
  InstrumentedRegistry(Registry& next, ReadObserver observer) : next_(next), observer_(std::move(observer)) {}
  Result<RepositoryMetadata> GetImageRepositoryMetadata(const ImageName& name) override;
  Result<ImageInfo> GetImage(const ImageRef& ref) override;

 private:
  Registry& next_;
  ReadObserver observer_;
};

}  // namespace larder
