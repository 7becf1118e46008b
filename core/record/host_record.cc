#include "larder/host_record.h"

#include <cmath>

#include "record/payload.h"

namespace larder {

Result<std::vector<std::byte>> BuildHostRecord(const HostRecord& from) {
  flatbuffers::FlatBufferBuilder builder(512);
  const auto name = builder.CreateString(from.host);
  builder.Finish(fb::CreateHost(
      builder, name, static_cast<std::uint64_t>(std::llround(std::max(0.0, from.rate) * 1000)),
      record::ToMs(from.cooldown_until), record::ToMs(from.ban_until), record::ToMs(from.pull_ban_until),
      record::ToMs(from.no_head_until), from.page_size, from.remaining.value_or(-1), from.limit.value_or(-1),
      static_cast<std::uint32_t>(from.window.count()), record::ToMs(from.seen)));
  RecordHeader header;
  header.kind = RecordKind::host;
  header.expiry = from.expiry;
  return record::Finish(Key::Host(from.host), header, builder);
}

Result<HostRecord> ReadHostRecord(const Key& key, std::span<const std::byte> bytes) {
  auto header = record::VerifyWhole<fb::Host>(key, bytes);
  if (!header.has_value()) return std::unexpected<Error>(std::move(header).error());
  const auto& root = record::RootOf<fb::Host>(bytes);
  HostRecord state;
  state.host = record::View(root.name());
  if (Key::Host(state.host) != key) return Fail(Errc::corruption, "a record of another host");
  state.rate = static_cast<double>(root.rate_milli()) / 1000;
  state.cooldown_until = record::ToTime(root.cooldown_until_ms());
  state.ban_until = record::ToTime(root.ban_until_ms());
  state.pull_ban_until = record::ToTime(root.pull_ban_until_ms());
  state.no_head_until = record::ToTime(root.no_head_until_ms());
  state.page_size = root.page_size();
  if (root.remaining() >= 0) state.remaining = root.remaining();
  if (root.limit() >= 0) state.limit = root.limit();
  state.window = std::chrono::seconds(root.window_s());
  state.seen = record::ToTime(root.seen_ms());
  state.expiry = header->expiry;
  return state;
}

Result<std::vector<std::byte>> BuildLeaseRecord(const LeaseRecord& from) {
  flatbuffers::FlatBufferBuilder builder(512);
  const auto name = builder.CreateString(from.name);
  const auto owner = builder.CreateString(from.owner);
  builder.Finish(fb::CreateLease(builder, name, owner));
  RecordHeader header;
  header.kind = RecordKind::lease;
  header.expiry = from.expiry;
  return record::Finish(Key::Lease(from.name), header, builder);
}

Result<LeaseRecord> ReadLeaseRecord(const Key& key, std::span<const std::byte> bytes) {
  auto header = record::VerifyWhole<fb::Lease>(key, bytes);
  if (!header.has_value()) return std::unexpected<Error>(std::move(header).error());
  const auto& root = record::RootOf<fb::Lease>(bytes);
  LeaseRecord lease;
  lease.name = record::View(root.name());
  lease.owner = record::View(root.owner());
  lease.expiry = header->expiry;
  if (Key::Lease(lease.name) != key) return Fail(Errc::corruption, "a lease of another repository");
  return lease;
}

}  // namespace larder
