// One repository, read as far as is asked for.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/image_view.h"
#include "larder/repository.h"
#include "larder/repository_record.h"
#include "larder/store.h"

namespace LARDER_API larder {

// What the record itself says: by the counts that the refresher wrote last, and by its times (larder/listing_rules.h).
Completeness CompletenessOf(const RepositoryRecord& state);
bool IsStale(const RepositoryRecord& state, Time now);

// Holds the state record by value and pins nothing; the visits read the store anew each time. The store must outlive
// it. Movable; any number of threads may use one at once. Visitors are called on the visiting thread. Errors: those of
// the store (unavailable: an answer would have holes that nobody sees).
class RepositoryView {
 public:
  RepositoryView(Store& store, RepositoryRecord state, Time now);

  const RepositoryRecord& state() const { return state_; }
  const ImageName& name() const { return state_.name; }
  // The last whole listing is older than it should be: IsStale at the time of the view.
  bool stale() const { return stale_; }
  // CompletenessOf. ToMetadata counts again, from the records themselves.
  Completeness completeness() const { return CompletenessOf(state_); }

  // The tags of the listing, in order. `visit` returns stop to end early. Answers the number of blocks that are missing
  // or broken (memcached evicts): where it is not 0, the list has holes.
  Result<std::uint32_t> VisitTags(const std::function<ScanAction(std::string_view tag)>& visit) const;
  struct TagList {
    std::vector<std::string> tags;
    std::uint32_t missing_blocks = 0;
  };
  Result<TagList> Tags() const;

  // Every live record of a tag of this repository, verified, each once: in key order on ordered engines (records of
  // tags that left the listing too, until they are dropped), in the listing's order on others. The span dies with the
  // visit. Broken records are counted and passed over.
  struct VisitResult {
    std::uint64_t visited = 0;
    std::uint64_t broken = 0;
  };
  using ImageVisitor = std::function<ScanAction(const ImageSpan& image)>;
  Result<VisitResult> VisitImages(const ImageVisitor& visit) const;

  // Everything, as plain values: tags from the listing, an image for each that has one, counts as found.
  Result<RepositoryMetadata> ToMetadata() const;

 private:
  Store* store_;
  RepositoryRecord state_;
  Time now_;
  bool stale_;
};

}  // namespace larder
