// Asking a registry for one tag, and what becomes of its record.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
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
  bool pulls_held = false;           // HEAD was answered, and only what counts as a pull has to wait
  Time due{};                        // when to ask again, where the record does not say it; epoch: it does
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
  // `urgency` is whose fetches of facts it waits for: those that are not less urgent.
  TagCheck(Client& client, FactsTable& facts, http::Timers& timers, const TagCheckOptions& options, Urgency urgency)
      : client_(client), facts_(facts), timers_(timers), options_(options), urgency_(urgency) {}

  // `had` is the live record, if there is one; `ref` has the tag. `pulls_counted`: the host counts GETs of manifests.
  http::Task<TagOutcome> Ask(ImageRef ref, std::optional<ImageRecord> had, bool pulls_counted, std::stop_token stop);
  // What failed by the host's fault was the tag's, as it turned out: it backs off alone. `had` as given to Ask.
  void Charge(TagOutcome& outcome, const std::optional<ImageRecord>& had) const;

 private:
  struct Question;
  // Digests whose facts a question is expected to bring, because FactsTable::Ask said that nobody has them.
  using Owed = std::shared_ptr<std::vector<Digest>>;
  http::Task<void> Get(Question& question);
  http::Task<bool> FromKnownFacts(Question& question, Digest digest);
  http::Task<std::optional<ManifestFacts>> AskFacts(Question& question, Digest digest);
  void AskTable(const Owed& owed, const Digest& digest, const std::string& host, Time now, const std::stop_token& stop,
                Client::KnownDone done);
  http::Task<void> AskTag(Question& question, bool pulls_counted);
  void Same(Question& question);
  void Answered(Question& question, ImageInfo info, const Digest& announced);
  void Excluded(Question& question, const Digest& digest, const Digest& announced, std::string reason);
  void Failed(Question& question, FetchError error);
  void TagFailed(TagOutcome& outcome, const std::optional<ImageRecord>& had, const Error& error, Time now) const;
  void PullsHeld(Question& question, const Error& error);

  Client& client_;
  FactsTable& facts_;
  http::Timers& timers_;
  const TagCheckOptions& options_;
  const Urgency urgency_;
};

}  // namespace larder::refresh
