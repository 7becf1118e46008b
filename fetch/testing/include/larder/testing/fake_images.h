// A Registry of plain values, for tests of code that only reads.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "larder/api.h"
#include "larder/registry.h"

namespace larder {
namespace LARDER_API testing {

// Answers as Cache does: what was never set is not_found, and an excluded image an error with its reason. A repository
// is complete unless a tag of it is pending. Thread-safe. Ends the process for a text that is no ref.
class FakeImages final : public Registry {
 public:
  // The image of info.id, whose repository comes into being with it.
  void Set(ImageInfo info);
  // An image of `ref` and nothing else but the time it was made.
  void Set(std::string_view ref, Timestamp created);
  void Exclude(std::string_view ref, std::string reason);
  // Listed, and nothing known of it: the repository is partial.
  void SetPending(std::string_view ref);
  void Remove(std::string_view ref);
  // The answer to every question; nullopt: none.
  void Fail(std::optional<Error> error);

  // Questions so far.
  std::size_t asked() const;

  Result<RepositoryMetadata> GetImageRepositoryMetadata(const ImageName& name) override;
  Result<ImageInfo> GetImage(const ImageRef& ref) override;

 private:
  // Of the tag of `ref`: forgotten, and listed anew where there is a reason to. REQUIRES: mutex_ is held.
  RepositoryMetadata& Forget(const ImageRef& ref, bool listed);
  Result<RepositoryMetadata> Find(const ImageName& name);

  mutable std::mutex mutex_;
  std::map<std::string, RepositoryMetadata, std::less<>> repositories_;  // by canonical name
  std::optional<Error> error_;
  std::size_t asked_ = 0;
};

}  // namespace testing
}  // namespace larder
