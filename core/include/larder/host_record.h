// What was learned of a registry host's limits, so that a restart does not forget a six-hour ban.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/key.h"
#include "larder/time.h"

namespace LARDER_API larder {

struct HostRecord {
  std::string host;  // "host" or "host:port"
  double rate = 0;   // requests a second; 0: not learned
  Time cooldown_until{};
  Time ban_until{};                              // no request at all
  Time pull_ban_until{};                         // no counted GET
  Time no_head_until{};                          // HEAD is not answered: GET instead
  std::uint32_t page_size = 0;                   // of tag listings; 0: not learned
  std::optional<std::int64_t> remaining, limit;  // of the pull budget
  std::chrono::seconds window{0};
  Time seen{};  // when remaining was said
  Time expiry{};
  friend bool operator==(const HostRecord&, const HostRecord&) = default;
};

// The record's bytes under Key::Host(record.host). The rate is kept to a thousandth, the times to the millisecond.
// too_large where the name alone is longer than a record.
Result<std::vector<std::byte>> BuildHostRecord(const HostRecord& record);
// corruption where anything is wrong, a record of another host's key too; unsupported for a newer format.
Result<HostRecord> ReadHostRecord(const Key& key, std::span<const std::byte> record);

// Who refreshes a repository now (stores shared by many hosts). It expires by itself.
struct LeaseRecord {
  std::string name;   // canonical
  std::string owner;  // unique to one refresher
  Time expiry{};
};
// As above, under Key::Lease(record.name).
Result<std::vector<std::byte>> BuildLeaseRecord(const LeaseRecord& record);
Result<LeaseRecord> ReadLeaseRecord(const Key& key, std::span<const std::byte> record);

}  // namespace larder
