#include "store_diff.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "larder/image_view.h"
#include "larder/repository_record.h"
#include "larder/scan.h"
#include "words.h"

namespace larder::tool {
namespace {

constexpr std::size_t kChunk = 512;

struct Held {
  Key key;
  std::vector<std::byte> record;
};

std::string LabelsOf(const ImageRecord& record) {
  std::string text;
  for (const auto& [name, value] : record.info.labels) text += (text.empty() ? "" : ", ") + name + "=" + value;
  return text;
}

std::string DigestOf(const Digest& digest) { return digest.empty() ? "" : digest.ToString(); }

// A member of a tag's record that is worth comparing.
struct Member {
  const char* name;
  std::string (*of)(const ImageRecord&);
};
constexpr Member kMembers[] = {
    {"status", [](const ImageRecord& r) { return std::string(EntryStatusName(r.status)); }},
    {"digest", [](const ImageRecord& r) { return DigestOf(r.info.digest); }},
    {"manifest", [](const ImageRecord& r) { return DigestOf(r.info.platform_digest); }},
    {"image id", [](const ImageRecord& r) { return r.info.image_id; }},
    {"platform", [](const ImageRecord& r) { return r.info.platform.ToString(); }},
    {"created",
     [](const ImageRecord& r) { return r.info.created_at.IsNone() ? "" : FormatTimestamp(r.info.created_at); }},
    {"labels", LabelsOf},
    {"reason", [](const ImageRecord& r) { return r.excluded_reason; }},
};

class Diff {
 public:
  Diff(Time now, const std::function<ScanAction(std::uint64_t)>& progress) : now_(now), progress_(progress) {}

  // What `left` has that `right` lacks; and, where `both`, what they have differently.
  Result<void> Run(Store& left, Store& right, const char* only, bool both) {
    for (const auto kind : {RecordKind::repository, RecordKind::image}) {
      LARDER_RETURN_IF_ERROR(OfKind(left, right, kind, only, both));
    }
    return {};
  }

  DiffReport Finish() {
    std::ranges::sort(report_.differences, [](const Difference& x, const Difference& y) {
      return std::tie(x.name, x.tag) < std::tie(y.name, y.tag);
    });
    return std::move(report_);
  }

 private:
  Result<void> OfKind(Store& left, Store& right, RecordKind kind, const char* only, bool both) {
    Reader::ScanOptions rest;
    rest.range = KeyRange::OfKind(kind);
    const bool resumes = left.Traits().ordered;
    for (;;) {
      std::vector<Held> chunk;
      std::optional<Error> failed;
      LARDER_RETURN_IF_ERROR(ScanStore(left, rest, [&](const Key& key, std::span<const std::byte> record) {
        chunk.push_back({key, {record.begin(), record.end()}});
        if (chunk.size() < kChunk) return ScanAction::go_on;
        if (resumes) return ScanAction::stop;
        if (auto compared = Compare(chunk, right, only, both); !compared.has_value()) failed = compared.error();
        chunk.clear();
        return failed.has_value() ? ScanAction::stop : ScanAction::go_on;
      }));
      if (failed.has_value()) return std::unexpected<Error>(std::move(*failed));
      const bool more = resumes && chunk.size() == kChunk;
      const Key next = chunk.empty() ? Key() : chunk.back().key.Next();
      LARDER_RETURN_IF_ERROR(Compare(chunk, right, only, both));
      if (!more) return {};
      rest.range.begin = next;
    }
  }

  Result<void> Compare(const std::vector<Held>& chunk, Store& right, const char* only, bool both) {
    std::vector<Key> keys;
    for (const auto& held : chunk) keys.push_back(held.key);
    std::vector<std::vector<std::byte>> others(chunk.size());
    LARDER_RETURN_IF_ERROR(GetFoundFromStore(right, keys, [&](std::size_t i, std::span<const std::byte> found) {
      others[i].assign(found.begin(), found.end());
    }));
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      if (chunk[i].key.kind() == RecordKind::image) {
        Images(chunk[i], others[i], only, both);
      } else {
        Repositories(chunk[i], others[i], only);
      }
    }
    read_ += chunk.size();
    if (progress_ && progress_(read_) == ScanAction::stop) return Fail(Errc::cancelled, "stopped");
    return {};
  }

  // Nothing for what is not there, over, or broken.
  std::optional<ImageRecord> ImageOf(const Key& key, std::span<const std::byte> record, bool count) {
    if (record.empty()) return std::nullopt;
    const auto image = ImageSpan::Make(key, record);
    if (!image.has_value() && count) ++report_.broken;
    if (!image.has_value() || !IsLive(image->header(), now_)) return std::nullopt;
    return image->ToRecord();
  }

  void Images(const Held& held, std::span<const std::byte> other, const char* only, bool both) {
    const auto a = ImageOf(held.key, held.record, true);
    if (!a.has_value()) return;
    const auto b = ImageOf(held.key, other, false);
    Difference difference{a->info.id.name().Canonical(), a->info.id.tag(), {}, {}, {}};
    if (!b.has_value()) {
      difference.what = only;
      report_.differences.push_back(std::move(difference));
      return;
    }
    if (!both) return;
    ++report_.compared;
    for (const auto& member : kMembers) {
      difference.a = member.of(*a);
      difference.b = member.of(*b);
      if (difference.a == difference.b) continue;
      difference.what = member.name;
      report_.differences.push_back(difference);
    }
  }

  void Repositories(const Held& held, std::span<const std::byte> other, const char* only) {
    const auto a = ReadRepositoryRecord(held.key, {}, held.record);
    if (!a.has_value()) ++report_.broken;
    if (!a.has_value() || !IsLive(a->expiry, now_)) return;
    const auto b = other.empty() ? Result<RepositoryRecord>(Miss()) : ReadRepositoryRecord(held.key, {}, other);
    if (b.has_value() && IsLive(b->expiry, now_)) return;
    report_.differences.push_back({a->name.Canonical(), {}, only, {}, {}});
  }

  const Time now_;
  const std::function<ScanAction(std::uint64_t)>& progress_;
  DiffReport report_;
  std::uint64_t read_ = 0;
};

}  // namespace

Result<DiffReport> DiffStores(Store& a, Store& b, Time now, const std::function<ScanAction(std::uint64_t)>& progress) {
  Diff diff(now, progress);
  LARDER_RETURN_IF_ERROR(diff.Run(a, b, "only in A", true));
  LARDER_RETURN_IF_ERROR(diff.Run(b, a, "only in B", false));
  return diff.Finish();
}

}  // namespace larder::tool
