// Asking a registry for one tag, and what becomes of its record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "http/timers.h"
#include "larder/client.h"
#include "larder/image_record.h"
#include "larder/platform.h"
#include "refresh/facts_table.h"

namespace larder::refresh {

struct TagCounters {
  std::uint32_t heads = 0;
  std::uint32_t manifest_gets = 0;
  std::uint32_t blob_gets = 0;
};

struct TagOutcome {
  TagOutcome();
  ImageRecord record;                // as it is to be written, where `write`
  bool write = false;                // false: nothing is learned of the tag (somebody else's fault)
  bool moved = false;                // a known tag points at another digest
  bool not_found = false;            // the registry answered 404
  std::vector<ManifestFacts> facts;  // fetched now, to be written
  std::optional<FetchError> error;
  TagCounters counters;
};

struct TagCheckOptions {
  PlatformPreference platforms = DefaultPlatforms();
  Duration retention{0};
};

// The loop's thread only; what it is given must outlive its tasks.
class TagCheck {
 public:
  TagCheck(Client& client, FactsTable& facts, const http::Timers& timers, const TagCheckOptions& options)
      : client_(client), facts_(facts), timers_(timers), options_(options) {}

  // `had` is the live record, if there is one; `ref` has the tag. `pulls_counted`: the host counts GETs of manifests.
  http::Task<TagOutcome> Ask(ImageRef ref, std::optional<ImageRecord> had, bool pulls_counted, std::stop_token stop);

 private:
  struct Question;
  http::Task<void> Get(Question& question);
  http::Task<bool> FromKnownFacts(Question& question, Digest digest);
  http::Task<std::optional<ManifestFacts>> AskFacts(Question& question, Digest digest);
  http::Task<void> AskTag(Question& question, bool pulls_counted);
  void Same(Question& question);
  void Answered(Question& question, ImageInfo info, const Digest& announced);
  void Excluded(Question& question, const Digest& digest, const Digest& announced, std::string reason);
  void Failed(Question& question, FetchError error);

  Client& client_;
  FactsTable& facts_;
  const http::Timers& timers_;
  const TagCheckOptions& options_;
};

}  // namespace larder::refresh
