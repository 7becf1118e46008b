// Which images a workload has: as many as are asked for, in repositories with the shape of Docker's official images, or
// those of a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "images/made_image.h"
#include "larder/image_record.h"

namespace larder::bench {

// Images have numbers from 0 on; those of a repository are neighbours. Takes the memory of one round of the shape
// (137 repositories, 9,849 tags), however many images there are.
class ImageSet {
 public:
  // Rounds of the shape under other names, until there are `images`; the last repository may be cut.
  static ImageSet OfficialLike(std::uint64_t images, std::uint64_t seed);
  // Those of a list (images/tag_list.h). Sorted; each ref counts once. Errors name the line.
  static Result<ImageSet> FromFile(const std::filesystem::path& path);
  static Result<ImageSet> FromText(std::string_view text);

  std::uint64_t size() const { return images_; }
  std::uint64_t repositories() const { return repositories_; }

  struct Range {
    std::uint64_t begin = 0, end = 0;
  };
  Range ImagesOf(std::uint64_t repository) const;
  ImageName NameOf(std::uint64_t repository) const;
  std::vector<std::string> TagsOf(std::uint64_t repository) const;  // sorted

  ImageRef RefOf(std::uint64_t image) const;
  ImageRecord RecordOf(std::uint64_t image, std::uint32_t version = 0) const;
  // The record after its tag moved, from what it was.
  ImageRecord NextOf(std::uint64_t image, const Timestamp& created) const;
  // Tags with the same number share their first image, and so its facts.
  std::uint64_t NumberOf(std::uint64_t image) const;
  MadePlatforms PlatformsOf(std::uint64_t image) const;
  // The facts by digest of what the tag points at in a record that was created then.
  std::vector<ManifestFacts> FactsOf(std::uint64_t image, const Timestamp& created) const;
  // True where what a cache answers is in every field what RecordOf made, of whichever version, renewed or not.
  bool Matches(std::uint64_t image, const ImageRecord& got) const;

 private:
  struct Repository {
    std::string name;
    std::vector<std::string> tags;          // sorted
    std::vector<std::uint32_t> same_image;  // tags with the same number share an image
    std::vector<MadePlatforms> platforms;   // of each tag; empty: by the number
    std::uint64_t first = 0;                // number of its first image within a round
  };
  struct Place {
    std::uint64_t round;
    const Repository* repository;
    std::size_t tag;
  };
  void Count(std::uint64_t images);
  Place PlaceOf(std::uint64_t image) const;
  std::uint64_t NumberOf(const Place& place) const;
  std::string NameOf(std::uint64_t round, const Repository& repository) const;

  std::vector<Repository> round_;
  std::uint64_t round_images_ = 0;
  std::uint64_t images_ = 0;
  std::uint64_t repositories_ = 0;
};

}  // namespace larder::bench
