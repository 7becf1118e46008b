// Telling what changed of one repository: each change once it is stored, and those again that a kill left untold.
//
// With the write that stores a change, the repository's state notes the event as untold. It is told when the store has
// answered, and the next write of the repository leaves the note out, at the latest a second later. The notes of a
// refresher that was killed are told by the repository's next cycle: around a kill an event may come twice, but none is
// lost.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "larder/events.h"
#include "larder/repository_record.h"
#include "larder/store.h"

namespace larder::refresh {

// Unlike any other process's: marks the notes of those that are there to tell them.
std::string NewTeller();

// The events of one write, and the notes that the state keeps of them.
struct Noted {
  Noted();
  std::vector<Event> events;
  std::vector<std::string> notes;
  // Of records that were removed: not noted, for they are told with the listing that lacks their tags.
  std::vector<Event> removals;
};

// Adds a note of each event to `state`. Where they are more than it can keep, one note of repository_listed stands for
// them all.
Noted NoteUntold(RepositoryRecord& state, std::vector<Event> events, std::string_view teller);
// How many it had.
std::size_t RemoveNotes(RepositoryRecord& state, const std::vector<std::string>& notes);

// What a write of the state came to.
struct StateWrite {
  explicit StateWrite(const RepositoryRecord& from) : state(from) {}
  Result<void> result;
  RepositoryRecord state;  // as written
  Noted noted;
};

// What a write of a batch came to.
struct Stored {
  Stored();
  Result<WriteResults> results;
  Noted noted;
};
// On the store's thread: writes the batch, and with it into the repository's state the notes of what it changes of the
// images there, in place of those of `told`, which leave it also where nothing changes. `otherwise` is the state where
// the store has none. With nothing to write, nothing is written.
Stored StoreAndNote(Store& store, const WriteBatch& batch, const RepositoryRecord& otherwise, std::string_view teller,
                    const std::vector<std::string>& told, const WriteOptions& options);

// The loop's thread only. What it is given must outlive it.
class Telling {
 public:
  Telling(const OnEvent& on_event, const std::string& teller) : on_event_(on_event), teller_(teller) {}
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  // False where nobody wants to know.
  bool on() const { return on_event_ != nullptr; }
  const std::string& teller() const { return teller_; }

  // What was stored and noted.
  void Tell(Noted noted);
  // What others noted and did not live to tell. In a `shared` store they may be alive for some minutes more.
  void TellLeft(const RepositoryRecord& state, Time now, bool shared);
  // Those of what was told, since the last call.
  std::vector<Event> TakeRemovals() { return std::exchange(removals_, {}); }
  // The notes of what was told, for RemoveNotes.
  const std::vector<std::string>& told() const { return told_; }

 private:
  const OnEvent& on_event_;
  const std::string& teller_;
  std::vector<std::string> told_;
  std::vector<Event> removals_;
};

}  // namespace larder::refresh
