#include "refresh/lease.h"

#include <unistd.h>

#include <random>

#include "larder/host_record.h"

namespace larder::refresh {

Result<bool> TakeLease(Store& store, std::string_view name, std::string_view owner, Time now) {
  LeaseRecord lease;
  lease.name = name;
  lease.owner = owner;
  lease.expiry = now + kLeaseTime;
  LARDER_ASSIGN_OR_RETURN(auto record, BuildLeaseRecord(lease));
  WriteBatch batch;
  batch.PutIfAbsent(Key::Lease(name), std::move(record));
  WriteOptions options;
  options.now = now;
  LARDER_ASSIGN_OR_RETURN(auto results, store.Write(batch, options));
  if (results[0].has_value()) return true;
  if (results[0].error().code == Errc::already_exists) return false;
  return std::unexpected<Error>(std::move(results[0]).error());
}

void DropLease(Store& store, std::string_view name, Time now) {
  WriteBatch batch;
  batch.Remove(Key::Lease(name));
  WriteOptions options;
  options.now = now;
  // Where this fails, the lease ends by itself.
  static_cast<void>(store.Write(batch, options));
}

std::string NewLeaseOwner() {
  char host[256] = "?";
  ::gethostname(host, sizeof host - 1);
  std::random_device random;
  return std::string(host) + "/" + std::to_string(::getpid()) + "/" + std::to_string(random());
}

}  // namespace larder::refresh
