#include "images/image_set.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "images/tag_list.h"
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
  LARDER_ASSIGN_OR_RETURN(auto listed, ParseTagList(text));
  // By name and tag; of what is there more than once the first counts.
  std::map<std::string, std::map<std::string, ListedTag>> repositories;
  for (auto& tag : listed) {
    auto& tags = repositories[tag.name];
    std::string name = tag.tag;
    tags.try_emplace(std::move(name), std::move(tag));
  }
  ImageSet set;
  std::uint32_t next = 0;
  std::uint64_t images = 0;
  for (auto& [name, tags] : repositories) {
    Repository repository;
    repository.name = name;
    std::map<std::string, std::uint32_t> groups;
    for (auto& [tag, from] : tags) {
      std::uint32_t shared = next;
      if (!from.group.empty()) shared = groups.try_emplace(from.group, next).first->second;
      if (shared == next) ++next;
      repository.tags.push_back(tag);
      repository.same_image.push_back(shared);
      repository.platforms.push_back(from.platforms.value_or(bench::PlatformsOf(shared)));
    }
    images += tags.size();
    set.round_.push_back(std::move(repository));
  }
  set.Count(images);
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

std::uint64_t ImageSet::NumberOf(std::uint64_t image) const { return NumberOf(PlaceOf(image)); }

MadePlatforms ImageSet::PlatformsOf(std::uint64_t image) const {
  const Place place = PlaceOf(image);
  const auto& known = place.repository->platforms;
  return known.empty() ? bench::PlatformsOf(NumberOf(place)) : known[place.tag];
}

ImageRecord ImageSet::RecordOf(std::uint64_t image, std::uint32_t version) const {
  return MadeRecord(RefOf(image), NumberOf(image), version, PlatformsOf(image));
}

ImageRecord ImageSet::NextOf(std::uint64_t image, const Timestamp& created) const {
  return RecordOf(image, VersionOf(created, NumberOf(image)) + 1);
}

std::vector<ManifestFacts> ImageSet::FactsOf(std::uint64_t image, const Timestamp& created) const {
  const std::uint64_t number = NumberOf(image);
  return MadeFacts(number, VersionOf(created, number), PlatformsOf(image));
}

bool ImageSet::Matches(std::uint64_t image, const ImageRecord& got) const {
  ImageRecord wanted = RecordOf(image, VersionOf(got.info.created_at, NumberOf(image)));
  if (got.info.last_fetched != wanted.info.last_fetched) Renew(wanted);
  return got == wanted;
}

}  // namespace larder::bench
