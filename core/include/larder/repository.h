// What is known of one repository, as plain values (Flux's ImageRepositoryMetadata, with its state told honestly).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "larder/image_info.h"

namespace larder {

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
  std::vector<std::string> tags;            // in the order of the listing record (sorted)
  std::map<std::string, ImageInfo> images;  // by tag; excluded, missing and pending tags have no entry

  // The listed tags without info come with only their id set, as Flux's callers expect.
  // not_found with kNoImageDataMessage where nothing was ever fetched.
  // An error (not_found) where `tag` is listed without info, or not listed at all: a gap is never silent.
  Result<ImageInfo> GetImageTagInfo(std::string_view tag) const;
  // The images with info, and an error where any listed tag is without and is not excluded.
  Result<std::vector<ImageInfo>> GetImages() const;
  // The image whose tag (or digest) is that of `ref`; one with only its id where it is not there, as Flux.
  ImageInfo FindImageWithRef(const ImageRef& ref) const;
};

}  // namespace larder
