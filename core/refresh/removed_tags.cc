#include "larder/listing_rules.h"
#include "refresh/hash.h"

namespace larder {

Absence AfterListing(bool listed, Time gone_since, Time last_checked, Time now) {
  if (listed) return {};
  // A first listing in the future was seen under another clock.
  if (gone_since <= Time() || gone_since > now) return {now, false};
  const bool confirmed_since = last_checked > gone_since && last_checked <= now;
  return {gone_since, IsRemoved(gone_since, now) && !confirmed_since};
}

bool IsRemoved(Time gone_since, Time now) { return gone_since > Time() && now - gone_since >= kGoneApart; }

std::vector<std::size_t> TagsToConfirm(std::size_t gone, std::string_view name, Time now) {
  const std::size_t asked = gone > kMaxConfirmations ? kConfirmationSample : gone;
  std::vector<std::size_t> indexes;
  indexes.reserve(asked);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < asked; ++i) {
    // One of each of `asked` equal stretches.
    const std::size_t end = (i + 1) * gone / asked;
    indexes.push_back(begin + HashOf(name, now + Duration(static_cast<std::int64_t>(i))) % (end - begin));
    begin = end;
  }
  return indexes;
}

SampleVerdict DecideSample(std::size_t asked, std::size_t not_found) {
  return asked > 0 && not_found == asked ? SampleVerdict::all_gone : SampleVerdict::ask_again;
}

}  // namespace larder
