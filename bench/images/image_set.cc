#include "images/image_set.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "images/made_image.h"
#include "shape.h"
#include "tag_names.h"

namespace larder::bench {
namespace {

constexpr std::uint64_t kImagesARound = 1 << 20;  // numbers kept apart for one round's images

}  // namespace

ImageSet ImageSet::OfficialLike(std::uint64_t images, std::uint64_t seed) {
  ImageSet set;
  std::size_t rank = 0;
  std::uint32_t shared = 0;
  for (const auto& shape : samples::OfficialShapes(seed)) {
    Repository repository;
    repository.name = "registry.example.com/" + samples::RepositoryName(rank++);
    samples::Random random(samples::SeedOf(seed, repository.name));
    samples::TagNames names{samples::Random(random.Next())};
    std::map<std::string, std::uint32_t> tags;
    for (const std::size_t count : samples::Spread(shape.tags, shape.images, random)) {
      for (auto& tag : names.Next(count)) tags.emplace(std::move(tag), shared);
      ++shared;
    }
    for (auto& [tag, image] : tags) {
      repository.tags.push_back(tag);
      repository.same_image.push_back(image);
    }
    set.round_.push_back(std::move(repository));
  }
  set.Count(images);
  return set;
}

Result<ImageSet> ImageSet::FromFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return Fail(Errc::unavailable, "cannot read " + path.string());
  auto set = FromText(text.str());
  if (!set.has_value()) return std::unexpected<Error>(std::move(set).error().WithContext(path.string()));
  return set;
}

Result<ImageSet> ImageSet::FromText(std::string_view text) {
  std::map<std::string, std::set<std::string>> repositories;
  std::istringstream lines{std::string(text)};
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    line.resize(std::min(line.find('#'), line.size()));
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos) continue;
    line = line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
    auto ref = ImageRef::Parse(line);
    if (!ref.has_value()) {
      return std::unexpected<Error>(std::move(ref).error().WithContext("line " + std::to_string(number)));
    }
    const std::string tag = ref->TagOrLatest();
    if (tag.empty()) {
      return Fail(Errc::invalid_argument, "line " + std::to_string(number) + ": " + line + " has a digest and no tag");
    }
    repositories[ref->name().Canonical()].insert(tag);
  }
  if (repositories.empty()) return Fail(Errc::invalid_argument, "no refs: one is wanted a line");
  ImageSet set;
  std::uint32_t shared = 0;
  for (auto& [name, tags] : repositories) {
    Repository repository;
    repository.name = name;
    for (const auto& tag : tags) {
      repository.tags.push_back(tag);
      repository.same_image.push_back(shared++);
    }
    set.round_.push_back(std::move(repository));
  }
  set.Count(shared);
  return set;
}

void ImageSet::Count(std::uint64_t images) {
  for (auto& repository : round_) {
    repository.first = round_images_;
    round_images_ += repository.tags.size();
  }
  images_ = images;
  const std::uint64_t rounds = images / round_images_;
  repositories_ = rounds * round_.size();
  for (const auto& repository : round_) {
    if (repository.first < images % round_images_) ++repositories_;
  }
}

ImageSet::Range ImageSet::ImagesOf(std::uint64_t repository) const {
  const Repository& within = round_[repository % round_.size()];
  const std::uint64_t begin = repository / round_.size() * round_images_ + within.first;
  return {begin, std::min(begin + within.tags.size(), images_)};
}

std::string ImageSet::NameOf(std::uint64_t round, const Repository& repository) const {
  return round == 0 ? repository.name : repository.name + "-" + std::to_string(round + 1);
}

ImageName ImageSet::NameOf(std::uint64_t repository) const {
  return ImageName::Parse(NameOf(repository / round_.size(), round_[repository % round_.size()])).value();
}

std::vector<std::string> ImageSet::TagsOf(std::uint64_t repository) const {
  const Range range = ImagesOf(repository);
  const auto& tags = round_[repository % round_.size()].tags;
  return {tags.begin(), tags.begin() + static_cast<std::ptrdiff_t>(range.end - range.begin)};
}

ImageSet::Place ImageSet::PlaceOf(std::uint64_t image) const {
  const std::uint64_t within = image % round_images_;
  const auto after = std::upper_bound(round_.begin(), round_.end(), within,
                                      [](std::uint64_t wanted, const Repository& r) { return wanted < r.first; });
  const Repository& repository = *std::prev(after);
  return {image / round_images_, &repository, static_cast<std::size_t>(within - repository.first)};
}

std::uint64_t ImageSet::NumberOf(const Place& place) const {
  return place.round * kImagesARound + place.repository->same_image[place.tag];
}

ImageRef ImageSet::RefOf(std::uint64_t image) const {
  const Place place = PlaceOf(image);
  return {ImageName::Parse(NameOf(place.round, *place.repository)).value(), place.repository->tags[place.tag]};
}

ImageRecord ImageSet::RecordOf(std::uint64_t image, std::uint32_t version) const {
  return MadeRecord(RefOf(image), NumberOf(PlaceOf(image)), version);
}

ImageRecord ImageSet::NextOf(std::uint64_t image, const Timestamp& created) const {
  return RecordOf(image, VersionOf(created, NumberOf(PlaceOf(image))) + 1);
}

bool ImageSet::Matches(std::uint64_t image, const Digest& digest, const Timestamp& created) const {
  const std::uint64_t number = NumberOf(PlaceOf(image));
  return digest == DigestOf(number, VersionOf(created, number));
}

}  // namespace larder::bench
