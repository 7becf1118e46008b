// Who refreshes a repository of a store that several hosts share. On the store's thread.
#pragma once

#include <string>
#include <string_view>

#include "larder/store.h"

namespace larder::refresh {

// Longer than a cycle of a large repository at the slowest usual rate; what a killed host delays the others by.
inline constexpr std::chrono::minutes kLeaseTime{10};
// When somebody else holds it, before looking again.
inline constexpr std::chrono::seconds kLeaseRetry{30};

// True where `owner` holds the repository until now + kLeaseTime; false where somebody else does.
Result<bool> TakeLease(Store& store, std::string_view name, std::string_view owner, Time now);
void DropLease(Store& store, std::string_view name, Time now);

// Unlike any other refresher's: host, process and a random number.
std::string NewLeaseOwner();

}  // namespace larder::refresh
