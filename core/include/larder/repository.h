// What is known of one repository, as plain values (Flux's ImageRepositoryMetadata, with its state told honestly).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/image_info.h"

namespace LARDER_API larder {

// What a caller reads where nothing is known of an image or a repository (in Flux: ErrNoImageData).
inline constexpr std::string_view kNoImageDataMessage = "image data not available";

// For people who meet that error in their first minutes.
inline constexpr std::string_view kNotCachedHelp =
    "The image is not cached yet.\n"
    "\n"
    "Filling an empty cache takes a while: every tag of every repository is asked for once, as fast as\n"
    "the registry allows. Please wait and ask again.\n"
    "\n"
    "If you have waited for long, look at the repository's last error and at the log. Usual reasons: the\n"
    "registry cannot be reached, it refuses the credentials, it limits the rate of requests, or the\n"
    "repository does not exist there.\n";

enum class Completeness : std::uint8_t {
  never_fetched,  // no listing was ever read to its end
  partial,        // some listed tags have no record yet, or fail
  complete,       // every listed tag has a record: an image, excluded, or missing
};
std::string_view CompletenessName(Completeness value);

struct RepositoryCounts {
  std::uint32_t tags = 0;     // listed
  std::uint32_t known = 0;    // with a record: image, excluded or missing
  std::uint32_t pending = 0;  // listed, not asked yet (or evicted, or digest known and facts pending)
  std::uint32_t failing = 0;  // last attempt failed and there is no good record
  friend bool operator==(const RepositoryCounts&, const RepositoryCounts&) = default;
};

struct RepositoryMetadata {
  ImageName name;
  Completeness completeness = Completeness::never_fetched;
  bool stale = false;  // the last whole listing is older than it should be
  RepositoryCounts counts;
  Time last_listed{};      // of the last listing that was read to its end; epoch = never
  std::string last_error;  // of the last attempt; "" after a success
  Time last_error_at{};
  std::vector<std::string> tags;  // in the order of the listing record (sorted)
  // By tag; excluded, missing and pending tags have no entry.
  std::map<std::string, ImageInfo, std::less<>> images;
  // The reasons of excluded tags, by tag.
  std::map<std::string, std::string, std::less<>> excluded;

  // not_found with kNoImageDataMessage (and the last error) where nothing was ever fetched; not_found with the reason
  // where `tag` is excluded, is listed without info, or is not listed at all: a gap is never silent.
  Result<ImageInfo> GetImageTagInfo(std::string_view tag) const;
  // The images in the order of `tags`; the error of GetImageTagInfo for the first listed tag that is without info and
  // is not excluded, and where nothing was ever fetched.
  Result<std::vector<ImageInfo>> GetImages() const;
  // The image of that tag, in this repository by any spelling of its name; where `ref` has a digest, the image that
  // also has it (the tag's or the platform's), else any that has. One with only `ref` as its id where there is none, as
  // Flux.
  ImageInfo FindImageWithRef(const ImageRef& ref) const;
};

}  // namespace larder
