#include "rules_text.h"

#include "larder/refresh_rules.h"
#include "words.h"

namespace larder::tool {
namespace {

std::string In(Duration duration) { return "in " + Span(duration); }

std::string FailuresInARow(std::uint32_t failures) { return Counted(failures, "failure", "failures in a row"); }

std::string Why(const ImageRecord& image, Time now) {
  if (SaneDeadline(image.deadline, now) != image.deadline) return "its deadline is further ahead than any rule makes";
  if (image.failures > 0) {
    return FailuresInARow(image.failures) + ": tried again after " + Span(Delay(kTagBackoff, image.failures));
  }
  switch (image.status) {
    case EntryStatus::pending:
      return "its digest is known, its facts are not yet";
    case EntryStatus::excluded:
      return "excluded: asked again every " + Span(kExcludedRefresh);
    case EntryStatus::missing:
    case EntryStatus::failed:
      return "no good answer yet";
    case EntryStatus::image:
      break;
  }
  std::string every = "every " + Span(image.interval);
  if (image.interval > kMaxInitialRefresh) return every + ": it was the same for long";
  if (image.interval < kInitialRefresh) return every + ": it moved lately";
  return every;
}

std::string Why(const RepositoryRecord& state, Time) {
  if (state.failures > 0) return FailuresInARow(state.failures) + " of listing: tried again later each time";
  const std::string every = "listed every " + Span(ListInterval(state.pages));
  return state.pages >= kLongListPages ? every + ": it has " + Counted(state.pages, "page", "pages") : every;
}

template <class T>
std::string Why(const T&, Time) {
  return {};
}

std::vector<NextStep> Steps(const ImageRecord& image, Time now) {
  std::vector<NextStep> steps;
  const bool answered = image.interval != Duration(0);
  const Timestamp& created = image.info.created_at;
  switch (image.status) {
    case EntryStatus::excluded:
      steps.push_back({"still excluded", In(kExcludedRefresh)});
      steps.push_back({"an image at last", In(NextInterval(image.interval, true))});
      break;
    case EntryStatus::image:
      steps.push_back(
          {"the same digest", In(answered ? NextInterval(image.interval, false) : FirstInterval(now, created))});
      steps.push_back(
          {"another digest", In(answered ? NextInterval(image.interval, true) : FirstInterval(now, created))});
      break;
    case EntryStatus::pending:
    case EntryStatus::missing:
    case EntryStatus::failed:
      steps.push_back(
          {"an image", "a tenth of its age later: in " + Span(kInitialRefresh) + " to " + Span(kMaxInitialRefresh)});
      break;
  }
  const auto failures = static_cast<std::uint32_t>(image.failures) + 1;
  steps.push_back(
      {"no such image, or a bad document", In(Delay(kTagBackoff, failures)) + " (" + FailuresInARow(failures) + ")"});
  steps.push_back({"the host does not answer, limits or refuses", "it stays due, and the host is left alone"});
  return steps;
}

std::vector<NextStep> Steps(const RepositoryRecord& state, Time) {
  const std::string pages = Counted(kLongListPages, "page", "pages");
  return {{"a listing of less than " + pages, In(ListInterval(0)) + ", or as --list-interval says"},
          {"a listing of " + pages + " or more", In(ListInterval(kLongListPages)) + ", or as --list-interval says"},
          {"refused, or no such repository",
           In(Delay(kRepositoryBackoff, state.failures + 1)) + " (" + FailuresInARow(state.failures + 1) + ")"},
          {"the host does not answer", "it stays due, and the host is left alone"}};
}

std::vector<NextStep> Steps(const ManifestFacts&, Time) {
  return {{"a tag that points at it is asked for",
           "kept for " + Span(kManifestRetention) + " more, where less than half is left"},
          {"no tag points at it any more", "dropped when it expires"}};
}

std::vector<NextStep> Steps(const TagBlock&, Time) {
  return {{"another listing", "new blocks under the next generation; these are removed"}};
}

template <class T>
std::vector<NextStep> Steps(const T&, Time) {
  return {};
}

}  // namespace

std::string WhyDue(const AnyRecord& record, Time now) {
  return std::visit([&](const auto& value) { return Why(value, now); }, record.value);
}

std::vector<NextStep> NextSteps(const AnyRecord& record, Time now) {
  return std::visit([&](const auto& value) { return Steps(value, now); }, record.value);
}

}  // namespace larder::tool
