#include "workloads/subject.h"

#include <algorithm>
#include <cstring>

#include "images/made_image.h"

namespace larder::bench {
namespace {

// What is added up over a repository's images, in whichever order they come.
std::uint64_t DigestSum(const ImageSpan& image) {
  const Digest digest = image.digest();
  std::uint64_t begin = 0;
  std::memcpy(&begin, digest.bytes().data(), std::min(sizeof begin, digest.bytes().size()));
  return begin;
}

}  // namespace

LarderSubject::LarderSubject(Store& store, const ImageSet& images) : cache_(store), images_(images) {
  while (read_.size() < kAtOnce) read_.emplace_back(Miss());
}

void LarderSubject::Read(std::size_t slot, const ImageRef& ref) { read_[slot] = cache_.Image(ref, kNow); }

Answer LarderSubject::Check(std::size_t slot, std::uint64_t image) {
  const auto& read = read_[slot];
  if (!read.has_value()) return Answer::missing;
  return images_.Matches(image, read->ToRecord()) ? Answer::right : Answer::wrong;
}

std::uint64_t LarderSubject::ReadRepository(std::uint64_t repository) {
  const auto view = cache_.Repository(images_.NameOf(repository), kNow);
  if (!view.has_value()) return 0;
  digests_ = 0;
  const auto visited = view->VisitImages([&](const ImageSpan& image) {
    digests_ += DigestSum(image);
    return ScanAction::go_on;
  });
  return visited.has_value() ? visited->visited : 0;
}

std::uint64_t LarderSubject::CheckRepository(std::uint64_t repository) {
  const ImageSet::Range range = images_.ImagesOf(repository);
  const auto tags = images_.TagsOf(repository);
  const auto view = cache_.Repository(images_.NameOf(repository), kNow);
  if (!view.has_value()) return 0;
  std::uint64_t right = 0, digests = 0;
  const auto visited = view->VisitImages([&](const ImageSpan& image) {
    digests += DigestSum(image);
    const auto found = std::ranges::lower_bound(tags, image.tag());
    if (found != tags.end() && *found == image.tag()) {
      const auto number = range.begin + static_cast<std::uint64_t>(found - tags.begin());
      right += images_.Matches(number, image.ToRecord()) ? 1 : 0;
    }
    return ScanAction::go_on;
  });
  return visited.has_value() && digests == digests_ ? right : 0;
}

}  // namespace larder::bench
