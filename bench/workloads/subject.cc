#include "workloads/subject.h"

#include <algorithm>

#include "images/made_image.h"

namespace larder::bench {

void LarderSubject::Read(const ImageRef& ref) { last_ = cache_.Image(ref, kNow); }

Answer LarderSubject::Check(std::uint64_t image) {
  if (!last_.has_value()) return Answer::missing;
  return images_.Matches(image, last_->digest(), last_->created()) ? Answer::right : Answer::wrong;
}

std::uint64_t LarderSubject::ReadRepository(std::uint64_t repository) {
  const auto view = cache_.Repository(images_.NameOf(repository), kNow);
  if (!view.has_value()) return 0;
  std::uint64_t newest = 0;
  const auto visited = view->VisitImages([&](const ImageSpan& image) {
    newest = std::max(newest, static_cast<std::uint64_t>(image.created().unix_seconds()));
    return ScanAction::go_on;
  });
  return visited.has_value() && newest != 0 ? visited->visited : 0;
}

std::uint64_t LarderSubject::CheckRepository(std::uint64_t repository) {
  const ImageSet::Range range = images_.ImagesOf(repository);
  const auto tags = images_.TagsOf(repository);
  const auto view = cache_.Repository(images_.NameOf(repository), kNow);
  if (!view.has_value()) return 0;
  std::uint64_t right = 0;
  const auto visited = view->VisitImages([&](const ImageSpan& image) {
    const auto found = std::ranges::lower_bound(tags, image.tag());
    if (found != tags.end() && *found == image.tag()) {
      const auto number = range.begin + static_cast<std::uint64_t>(found - tags.begin());
      right += images_.Matches(number, image.digest(), image.created()) ? 1 : 0;
    }
    return ScanAction::go_on;
  });
  return visited.has_value() ? right : 0;
}

}  // namespace larder::bench
