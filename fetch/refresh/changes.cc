#include "refresh/changes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "larder/image_view.h"
#include "larder/scan.h"

namespace larder::refresh {
namespace {

// Of an image's record, what events look at.
struct Side {
  explicit Side(const ImageSpan& span) : status(span.status()), digest(span.digest()), tag(span.tag()) {
    if (!holds()) answered = span.ToRecord().interval > Duration(0);
  }
  bool holds() const { return status == EntryStatus::image || status == EntryStatus::excluded; }
  // It held an image once and does not any more: it was told as removed.
  bool was_removed() const { return !holds() && answered; }

  EntryStatus status;
  Digest digest;
  std::string_view tag;  // as long as the record's bytes are there
  bool answered = true;
};

class Comparison {
 public:
  Comparison(const ImageName& name, Time now, std::vector<Change>& into) : name_(name), now_(now), into_(into) {}

  void Removed(std::size_t op, const Side& before) {
    if (!before.was_removed()) Add(op, EventKind::tag_removed, before, Digest(), "");
  }

  void Written(std::size_t op, const Side& before, const ImageSpan& span) {
    const Side after(span);
    if (before.holds() && after.holds()) {
      if (before.digest != after.digest) Add(op, EventKind::tag_moved, before, after.digest, "");
      if (before.status == EntryStatus::image && after.status == EntryStatus::excluded) {
        Add(op, EventKind::tag_excluded, before, after.digest, span.ToRecord().excluded_reason);
      }
    } else if (before.holds() && after.status == EntryStatus::missing) {
      Add(op, EventKind::tag_removed, before, Digest(), "listed, but the registry does not have it");
    } else if (before.was_removed() && after.holds()) {
      Event event = MakeEvent(EventKind::tag_added, now_, name_, before.tag, "");
      event.to = after.digest;
      into_.emplace_back(op, std::move(event));
    }
  }

 private:
  void Add(std::size_t op, EventKind kind, const Side& before, const Digest& to, std::string text) {
    Event event = MakeEvent(kind, now_, name_, before.tag, std::move(text));
    event.from = kind == EventKind::tag_excluded ? Digest() : before.digest;
    event.to = to;
    into_.emplace_back(op, std::move(event));
  }

  const ImageName& name_;
  Time now_;
  std::vector<Change>& into_;
};

}  // namespace

Event MakeEvent(EventKind kind, Time at, const ImageName& name, std::string_view tag, std::string text) {
  Event event;
  event.kind = kind;
  event.at = at;
  event.ref = ImageRef(name, std::string(tag));
  event.text = std::move(text);
  return event;
}

Result<std::vector<Change>> ChangesOf(Store& store, const ImageName& name, const WriteBatch& batch, Time now) {
  std::vector<Change> changes;
  std::vector<Key> keys;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < batch.ops().size(); ++i) {
    if (batch.ops()[i].key.kind() != RecordKind::image) continue;
    keys.push_back(batch.ops()[i].key);
    places.push_back(i);
  }
  if (keys.empty()) return changes;
  const std::string canonical = name.Canonical();
  Comparison comparison(name, now, changes);
  LARDER_RETURN_IF_ERROR(
      GetManyFromStore(store, keys, [&](std::size_t index, Result<std::span<const std::byte>> stored) {
        if (!stored.has_value()) return;
        const auto before = ImageSpan::Make(keys[index], canonical, *stored);
        if (!before.has_value() || !IsLive(before->header(), now)) return;
        const WriteOp& op = batch.ops()[places[index]];
        if (op.type == WriteOp::Type::remove) {
          comparison.Removed(places[index], Side(*before));
          return;
        }
        const auto after = ImageSpan::Make(op.key, canonical, op.record);
        if (after.has_value()) comparison.Written(places[index], Side(*before), *after);
      }));
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::pair(a.op, a.event.kind) < std::pair(b.op, b.event.kind);
  });
  return changes;
}

}  // namespace larder::refresh
