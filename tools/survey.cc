#include "survey.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "larder/image_view.h"
#include "larder/scan.h"
#include "larder/tag_schedule.h"

namespace larder::tool {
namespace {

constexpr std::uint64_t kAskEvery = 1024;

// A repository's records of every kind share these bytes of their keys: all but kind and version.
using RepositoryHash = std::array<std::byte, Key::kRepositoryPrefix - 2>;

RepositoryHash HashOf(const Key& key) {
  RepositoryHash hash;
  std::memcpy(hash.data(), key.bytes().data() + 2, hash.size());
  return hash;
}

class Surveyor {
 public:
  explicit Surveyor(Time now) : now_(now) {}

  void See(const Key& key, std::span<const std::byte> bytes) {
    const auto kind = static_cast<std::size_t>(key.kind());
    auto header = kind < kRecordKinds ? VerifyRecord(key, bytes) : Fail(Errc::unsupported);
    if (!header.has_value() || !SeeKind(key, bytes, *header)) {
      ++survey_.broken;
      return;
    }
    survey_.kinds[kind].Add(bytes.size());
    if (!IsLive(*header, now_)) ++survey_.expired;
  }

  Survey Take() && {
    for (auto& [hash, repository] : repositories_) survey_.repositories.push_back(std::move(repository));
    std::sort(survey_.repositories.begin(), survey_.repositories.end(),
              [](const auto& a, const auto& b) { return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name; });
    return std::move(survey_);
  }

 private:
  bool SeeKind(const Key& key, std::span<const std::byte> bytes, const RecordHeader& header) {
    if (key.kind() == RecordKind::repository) {
      auto state = ReadRepositoryRecord(key, {}, bytes);
      if (!state.has_value()) return false;
      auto& repository = repositories_[HashOf(key)];
      repository.name = state->name.ToString();
      repository.tags = state->counts.tags;
      repository.bytes += bytes.size();
      Deadline(header.deadline);
    }
    if (key.kind() == RecordKind::tags) repositories_[HashOf(key)].bytes += bytes.size();
    return key.kind() != RecordKind::image || SeeImage(key, bytes, header);
  }

  bool SeeImage(const Key& key, std::span<const std::byte> bytes, const RecordHeader& header) {
    const auto image = ImageSpan::Make(key, bytes);
    if (!image.has_value()) return false;
    auto& repository = repositories_[HashOf(key)];
    repository.images.Add(bytes.size());
    repository.bytes += bytes.size();
    if (repository.name.empty()) repository.name = std::string(image->name());
    ++survey_.statuses[static_cast<std::size_t>(image->status())];
    if (SaysUnlisted(header)) ++survey_.unlisted;
    Deadline(header.deadline);
    const Timestamp created = image->created();
    created.IsNone() ? survey_.created.AddToLast() : survey_.created.Add(now_ - created.ToTime());
    const Time checked = image->last_checked();
    checked == Time{} ? survey_.checked.AddToLast() : survey_.checked.Add(now_ - checked);
    return true;
  }

  void Deadline(Time deadline) { survey_.deadlines.Add(SaneDeadline(deadline, now_) - now_); }

  Time now_;
  Survey survey_;
  std::map<RepositoryHash, Survey::OfRepository> repositories_;
};

}  // namespace

Survey::Sum Survey::total() const {
  Sum sum;
  for (const auto& kind : kinds) {
    sum.records += kind.records;
    sum.bytes += kind.bytes;
  }
  return sum;
}

Result<Survey> TakeSurvey(Store& store, Time now, const std::function<bool(std::uint64_t)>& go_on) {
  Surveyor surveyor(now);
  std::uint64_t seen = 0;
  bool stopped = false;
  LARDER_RETURN_IF_ERROR(ScanStore(store, {}, [&](const Key& key, std::span<const std::byte> bytes) {
    surveyor.See(key, bytes);
    stopped = ++seen % kAskEvery == 0 && !go_on(seen);
    return stopped ? ScanAction::stop : ScanAction::go_on;
  }));
  if (stopped) return Fail(Errc::cancelled, "stopped after " + std::to_string(seen) + " records");
  return std::move(surveyor).Take();
}

}  // namespace larder::tool
