#include "workloads/plan.h"

#include <algorithm>
#include <system_error>

#include "larder/check_files.h"

namespace larder::bench {
namespace {

std::string SizeName(std::uint64_t images) { return "images-" + std::to_string(images); }

// The URL of the store for this size, whose directory can then be made.
Result<std::string> StoreFor(const std::string& store, std::uint64_t images, bool several) {
  if (!several || store.find(':') == std::string::npos) return store;
  LARDER_ASSIGN_OR_RETURN(const auto directory, StoreDirectory(store));
  if (!directory.has_value()) return store;
  std::error_code failed;
  std::filesystem::create_directories(*directory, failed);
  if (failed) return Fail(Errc::unavailable, "cannot make " + directory->string() + ": " + failed.message());
  std::string path = store.substr(0, store.find('?'));
  if (!path.ends_with('/')) path += '/';
  return path + SizeName(images) + store.substr(std::min(store.find('?'), store.size()));
}

}  // namespace

Result<ImageSet> ImagesOf(const std::string& tags, std::uint64_t count, std::uint64_t seed) {
  if (!tags.empty()) return ImageSet::FromFile(tags);
  return ImageSet::OfficialLike(count, seed);
}

Result<void> RunPlan(const Plan& plan, const Say& say, const TakeResult& take) {
  const bool several = plan.sizes.size() > 1 && plan.tags.empty();
  for (const auto size : plan.sizes) {
    LARDER_ASSIGN_OR_RETURN(const auto images, ImagesOf(plan.tags, size, plan.seed));
    bool first = true;
    for (const auto& store : plan.stores) {
      SessionOptions options;
      LARDER_ASSIGN_OR_RETURN(options.store, StoreFor(store, size, several));
      options.flux = first ? plan.flux : "";
      options.directory = plan.directory / SizeName(size);
      std::error_code ignored;
      std::filesystem::create_directories(options.directory, ignored);
      auto ran = RunSession(options, images, plan.configs, say, take);
      std::filesystem::remove_all(options.directory, ignored);
      LARDER_RETURN_IF_ERROR(std::move(ran));
      first = false;
    }
    if (!several) break;
  }
  return {};
}

Result<void> ResultsFile::Add(const WorkloadResult& result) {
  results_.push_back(result);
  return path_.empty() ? Result<void>() : WriteWhole(path_, "{\"workloads\": " + JsonOf(results_) + "}\n");
}

}  // namespace larder::bench
