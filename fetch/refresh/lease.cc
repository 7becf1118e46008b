#include "refresh/lease.h"

#include <unistd.h>

#include <random>
#include <utility>

#include "larder/host_record.h"
#include "refresh/publish.h"

namespace larder::refresh {
namespace {

Result<std::vector<std::byte>> LeaseOf(std::string_view name, std::string_view owner, Time now) {
  LeaseRecord lease;
  lease.name = name;
  lease.owner = owner;
  lease.expiry = now + kLeaseTime;
  return BuildLeaseRecord(lease);
}

// "" where nobody holds it.
Result<std::string> OwnerOf(Store& store, std::string_view name, Time now) {
  const Key key = Key::Lease(name);
  RecordBuf buffer;
  if (auto got = store.Get(key, buffer); !got.has_value()) {
    if (got.error().code == Errc::not_found || got.error().code == Errc::corruption) return std::string();
    return std::unexpected<Error>(std::move(got).error());
  }
  auto lease = ReadLeaseRecord(key, buffer.bytes());
  if (!lease.has_value() || lease->name != name || !IsLive(lease->expiry, now)) return std::string();
  return std::move(lease->owner);
}

Result<bool> Extend(Store& store, std::string_view name, std::string_view owner, Time now) {
  LARDER_ASSIGN_OR_RETURN(auto record, LeaseOf(name, owner, now));
  WriteBatch batch;
  batch.Put(Key::Lease(name), std::move(record));
  LARDER_RETURN_IF_ERROR(WriteAll(store, batch, now));
  return true;
}

}  // namespace

Result<bool> TakeLease(Store& store, std::string_view name, std::string_view owner, Time now) {
  LARDER_ASSIGN_OR_RETURN(auto record, LeaseOf(name, owner, now));
  WriteBatch batch;
  batch.PutIfAbsent(Key::Lease(name), std::move(record));
  auto written = WriteAll(store, batch, now);
  if (written.has_value()) return true;
  if (written.error().code != Errc::already_exists) return std::unexpected<Error>(std::move(written).error());
  LARDER_ASSIGN_OR_RETURN(const auto holder, OwnerOf(store, name, now));
  if (holder != owner) return false;
  return Extend(store, name, owner, now);  // our own: dropping it failed
}

Result<bool> RenewLease(Store& store, std::string_view name, std::string_view owner, Time now) {
  LARDER_ASSIGN_OR_RETURN(const auto holder, OwnerOf(store, name, now));
  if (holder.empty()) return TakeLease(store, name, owner, now);
  if (holder != owner) return false;
  return Extend(store, name, owner, now);
}

void DropLease(Store& store, std::string_view name, std::string_view owner, Time now) {
  const auto holder = OwnerOf(store, name, now);
  if (!holder.has_value() || *holder != owner) return;
  WriteBatch batch;
  batch.Remove(Key::Lease(name));
  // Where this fails, the lease ends by itself.
  static_cast<void>(WriteAll(store, batch, now));
}

std::string NewLeaseOwner() {
  char host[256] = "?";
  ::gethostname(host, sizeof host - 1);
  std::random_device random;
  return std::string(host) + "/" + std::to_string(::getpid()) + "/" + std::to_string(random());
}

}  // namespace larder::refresh
