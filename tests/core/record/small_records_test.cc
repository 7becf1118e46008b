#include <gtest/gtest.h>

#include "larder/host_record.h"
#include "larder/marker.h"
#include "larder/repository_record.h"

namespace larder {
namespace {

TEST(Marker, ReadsBack) {
  StoreMarker marker;
  marker.created = Time{Duration{1'700'000'000'000}};
  marker.last_collect = Time{Duration{1'700'000'500'000}};
  marker.floor = Time{Duration{1'600'000'000'000}};
  EXPECT_EQ(ReadMarker(MakeMarker(marker)).value(), marker);
}

TEST(Marker, OfANewerReleaseSaysWhatToDo) {
  StoreMarker marker;
  marker.format = kFormatVersion + 1;
  const auto read = ReadMarker(MakeMarker(marker));
  EXPECT_EQ(read.error().code, Errc::unsupported);
  EXPECT_NE(read.error().message.find("newer release"), std::string::npos);
}

TEST(RepositoryRecord, ReadsBackAndBelongsToItsName) {
  RepositoryRecord state;
  state.name = ImageName::Parse("ghcr.io/a/b").value();
  state.generation = 4;
  state.blocks = 3;
  state.counts.tags = 210;
  state.counts.known = 200;
  state.counts.pending = 8;
  state.counts.failing = 2;
  state.skipped = 1;
  state.pages = 2;
  state.failures = 5;
  state.last_listed = Time{Duration{1'700'000'000'000}};
  state.last_error_at = Time{Duration{1'700'000'100'000}};
  state.last_error = "503";
  state.full = true;
  state.deadline = Time{Duration{1'700'000'300'000}};
  state.expiry = Time{Duration{1'703'000'000'000}};
  const auto record = BuildRepositoryRecord(state).value();
  EXPECT_EQ(ReadRepositoryRecord(KeyOf(state), "ghcr.io/a/b", record).value(), state);
  EXPECT_EQ(ReadRepositoryRecord(KeyOf(state), "", record).value(), state);
  EXPECT_EQ(ReadRepositoryRecord(KeyOf(state), "ghcr.io/a/c", record).error().code, Errc::corruption);
}

TEST(HostRecord, ReadsBack) {
  HostRecord host;
  host.host = "registry.example.com:5000";
  host.rate = 12.5;
  host.cooldown_until = Time{Duration{1'700'000'000'000}};
  host.ban_until = Time{Duration{1'700'000'600'000}};
  host.pull_ban_until = Time{Duration{1'700'000'700'000}};
  host.no_head_until = Time{Duration{1'700'000'800'000}};
  host.page_size = 100;
  host.remaining = 76;
  host.limit = 100;
  host.window = std::chrono::seconds(21600);
  host.seen = Time{Duration{1'700'000'000'000}};
  host.expiry = Time{Duration{1'703'000'000'000}};
  EXPECT_EQ(ReadHostRecord(Key::Host(host.host), BuildHostRecord(host).value()).value(), host);
  host.remaining.reset();
  host.limit.reset();
  EXPECT_EQ(ReadHostRecord(Key::Host(host.host), BuildHostRecord(host).value()).value(), host);
}

TEST(LeaseRecord, ReadsBack) {
  LeaseRecord lease;
  lease.name = "ghcr.io/a/b";
  lease.owner = "host-1/4711";
  lease.expiry = Time{Duration{1'700'000'060'000}};
  const auto read = ReadLeaseRecord(Key::Lease(lease.name), BuildLeaseRecord(lease).value()).value();
  EXPECT_EQ(read.owner, lease.owner);
  EXPECT_EQ(read.expiry, lease.expiry);
}

}  // namespace
}  // namespace larder
