// What a write changes of the images of a repository: the difference between what is stored and what will be.
#pragma once

#include <cstddef>
#include <vector>

#include "larder/events.h"
#include "larder/store.h"

namespace larder::refresh {

struct Change {
  Change(std::size_t op_in, Event event_in) : op(op_in), event(std::move(event_in)) {}
  std::size_t op;  // its place in the batch
  Event event;
};

// On the store's thread, before the write; all images of the batch are the repository's. By what is stored, not by what
// was read when the registry was asked: whoever asked for the same tag meanwhile has told it.
// An error where the store does not answer at all. A record that cannot be read changes nothing.
Result<std::vector<Change>> ChangesOf(Store& store, const ImageName& name, const WriteBatch& batch, Time now);

Event MakeEvent(EventKind kind, Time at, const ImageName& name, std::string_view tag, std::string text);

}  // namespace larder::refresh
