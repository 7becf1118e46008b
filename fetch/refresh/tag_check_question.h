// What TagCheck holds while it asks for one tag.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "refresh/tag_check.h"

namespace larder::refresh {

inline bool HasGoodEntry(const std::optional<ImageRecord>& had) {
  return had.has_value() && (had->status == EntryStatus::image || had->status == EntryStatus::excluded);
}

struct TagCheck::Question {
  ImageRef ref;
  std::optional<ImageRecord> had;
  std::stop_token stop;
  Time now{};
  Digest head;  // what HEAD said, where it was asked
  bool head_answered = false;
  Owed owed = std::make_shared<std::vector<Digest>>();
  TagOutcome outcome;

  // What is written, where nothing else is learned: the record as it was, or a new one.
  void Start() {
    if (had.has_value()) {
      outcome.record = *had;
    } else {
      outcome.record.info.id = ref;
      outcome.record.info.first_seen = Timestamp::FromTime(now);
    }
  }
};

}  // namespace larder::refresh
