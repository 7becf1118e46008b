// Who refreshes a repository of a store that several hosts share. On the store's thread.
//
// A store has no compare-and-swap: renewing and dropping read the record first, and write after that. In between
// somebody else can only take a lease that has just expired, and a lease is renewed at half of its time. What that
// window may cost is requests that are sent twice, never a wrong record.
#pragma once

#include <string>
#include <string_view>

#include "larder/store.h"

namespace larder::refresh {

// What a killed host delays the others by.
inline constexpr std::chrono::minutes kLeaseTime{10};
// When somebody else holds it, before looking again; and after a renewal that the store did not answer.
inline constexpr std::chrono::seconds kLeaseRetry{30};

// True where `owner` holds the repository until now + kLeaseTime; false where somebody else does.
Result<bool> TakeLease(Store& store, std::string_view name, std::string_view owner, Time now);
// The same for one that `owner` holds. One that the store has lost meanwhile is taken again.
Result<bool> RenewLease(Store& store, std::string_view name, std::string_view owner, Time now);
// Nothing where somebody else holds it.
void DropLease(Store& store, std::string_view name, std::string_view owner, Time now);

// Unlike any other refresher's: host, process and a random number.
std::string NewLeaseOwner();

}  // namespace larder::refresh
