#include "refresh/telling.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <optional>
#include <random>
#include <utility>

#include "larder/tag_schedule.h"
#include "refresh/changes.h"
#include "refresh/lease.h"
#include "refresh/publish.h"

namespace larder::refresh {
namespace {

constexpr std::size_t kMaxNotedText = 160;
constexpr const char* kTooMany = "more changed than could be noted before the refresher ended";

// Cut before a character of UTF-8 that would not fit whole.
std::string_view Beginning(std::string_view text) {
  if (text.size() <= kMaxNotedText) return text;
  std::size_t end = kMaxNotedText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// Lines: teller, kind, milliseconds, tag, from, to; the rest is the text.
std::string NoteOf(const Event& event, std::string_view teller) {
  std::string note(teller);
  const auto line = [&note](std::string_view text) {
    note += '\n';
    note += text;
  };
  line(EventKindName(event.kind));
  line(std::to_string(event.at.time_since_epoch().count()));
  line(event.ref.tag());
  line(event.from.empty() ? std::string() : event.from.ToString());
  line(event.to.empty() ? std::string() : event.to.ToString());
  line(Beginning(event.text));
  return note;
}

std::string_view TakeLine(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

std::optional<EventKind> KindOf(std::string_view name) {
  for (const EventKind kind :
       {EventKind::repository_listed, EventKind::tag_added, EventKind::tag_moved, EventKind::tag_removed,
        EventKind::tag_excluded, EventKind::repository_failed, EventKind::repository_recovered}) {
    if (EventKindName(kind) == name) return kind;
  }
  return std::nullopt;
}

// nullopt where it is none: the store's bytes may be anybody's.
std::optional<Event> EventOf(std::string_view note, const ImageName& name) {
  TakeLine(note);
  const auto kind = KindOf(TakeLine(note));
  const std::string_view at = TakeLine(note);
  std::int64_t milliseconds = 0;
  const auto number = std::from_chars(at.data(), at.data() + at.size(), milliseconds);
  if (!kind.has_value() || number.ec != std::errc()) return std::nullopt;
  Event event;
  event.kind = *kind;
  event.at = Time{Duration{milliseconds}};
  event.ref = ImageRef(name, std::string(TakeLine(note)));
  event.from = Digest::Parse(TakeLine(note)).value_or(Digest());
  event.to = Digest::Parse(TakeLine(note)).value_or(Digest());
  event.text = note;
  return event;
}

void Append(const WriteBatch& batch, WriteBatch& into) {
  for (const auto& op : batch.ops()) {
    if (op.type == WriteOp::Type::remove) {
      into.Remove(op.key);
    } else {
      into.Put(op.key, op.record);
    }
  }
}

std::size_t BytesOf(const std::vector<std::string>& notes) {
  std::size_t bytes = 0;
  for (const auto& note : notes) bytes += note.size() + kUntoldOverhead;
  return bytes;
}

}  // namespace

std::string NewTeller() {
  std::random_device random;
  char text[17];
  std::snprintf(text, sizeof text, "%08x%08x", random(), random());
  return text;
}

Noted::Noted() = default;
Stored::Stored() = default;

Noted NoteUntold(RepositoryRecord& state, std::vector<Event> events, std::string_view teller) {
  Noted noted;
  if (events.empty()) return noted;
  std::size_t bytes = BytesOf(state.untold);
  for (std::size_t i = 0; i < events.size() && bytes <= kMaxUntoldBytes; ++i) {
    noted.notes.push_back(NoteOf(events[i], teller));
    bytes += noted.notes.back().size() + kUntoldOverhead;
  }
  if (bytes > kMaxUntoldBytes) {
    noted.notes = {
        NoteOf(MakeEvent(EventKind::repository_listed, events.front().at, state.name, "", kTooMany), teller)};
    // It says enough for the others', too.
    if (BytesOf(state.untold) + BytesOf(noted.notes) > kMaxUntoldBytes) state.untold.clear();
  }
  state.untold.insert(state.untold.end(), noted.notes.begin(), noted.notes.end());
  noted.events = std::move(events);
  return noted;
}

std::size_t RemoveNotes(RepositoryRecord& state, const std::vector<std::string>& notes) {
  return std::erase_if(state.untold, [&](const std::string& note) {
    return std::find(notes.begin(), notes.end(), note) != notes.end();
  });
}

Stored StoreAndNote(Store& store, const WriteBatch& batch, const RepositoryRecord& otherwise, std::string_view teller,
                    const std::vector<std::string>& told, const WriteOptions& options) {
  Stored stored;
  auto changes = ChangesOf(store, otherwise.name, batch, options.now);
  if (!changes.has_value()) {
    stored.results = std::unexpected<Error>(std::move(changes).error());
    return stored;
  }
  const auto is_removal = [&](const Change& change) { return batch.ops()[change.op].type == WriteOp::Type::remove; };
  std::vector<Event> noted;
  for (const auto& change : *changes) {
    if (!is_removal(change)) noted.push_back(change.event);
  }
  WriteBatch with_state;
  RepositoryRecord state;
  bool forgets = false;
  if (!noted.empty() || !told.empty()) {
    state = CurrentState(store, otherwise);
    forgets = RemoveNotes(state, told) > 0;
  }
  if (!noted.empty() || forgets) {
    if (state.expiry == Time{}) state.expiry = ExpiryFrom(options.now);
    stored.noted = NoteUntold(state, std::move(noted), teller);
    if (auto record = BuildRepositoryRecord(state); record.has_value()) {
      with_state.Put(KeyOf(state), std::move(*record));
      Append(batch, with_state);
    }
  }
  if (batch.empty() && with_state.empty()) {
    stored.results = WriteResults();
    return stored;
  }
  stored.results = store.Write(with_state.empty() ? batch : with_state, options);
  stored.noted.events.clear();
  if (!stored.results.has_value()) {
    stored.noted.notes.clear();
    return stored;
  }
  if (!with_state.empty()) stored.results->erase(stored.results->begin());
  for (auto& change : *changes) {
    if (!(*stored.results)[change.op].has_value()) continue;
    (is_removal(change) ? stored.noted.removals : stored.noted.events).push_back(std::move(change.event));
  }
  return stored;
}

void Telling::Tell(Noted noted) {
  for (const auto& event : noted.events) on_event_(event);
  std::move(noted.removals.begin(), noted.removals.end(), std::back_inserter(removals_));
  std::move(noted.notes.begin(), noted.notes.end(), std::back_inserter(told_));
}

void Telling::TellLeft(const RepositoryRecord& state, Time now, bool shared) {
  if (!on()) return;
  for (const auto& note : state.untold) {
    std::string_view rest = note;
    if (TakeLine(rest) == teller_) continue;
    const auto event = EventOf(note, state.name);
    if (event.has_value()) {
      if (shared && now < event->at + kLeaseTime && event->at <= now) continue;
      on_event_(*event);
    }
    told_.push_back(note);
  }
}

}  // namespace larder::refresh
