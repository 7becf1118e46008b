#include "reader.h"

#include <algorithm>
#include <optional>

#include "crawl.h"
#include "oversized.h"

namespace larder::memcached {

Result<void> GetOne(const Topology& topology, const KeyCodec& codec, const Key& key, RecordBuf& buffer) {
  const KeyText text(codec, key);
  std::size_t size = 0;
  auto status = topology.ServerOf(text.view()).Run([&](Connection& connection) {
    Value value;
    const Status got = connection.Get(text.view(), value);
    if (got == Status::ok) {
      size = value.bytes.size();
      if (size <= kMaxRecordBytes) buffer.Assign(value.bytes);
    }
    return got;
  });
  if (!status.has_value()) return std::unexpected<Error>(std::move(status).error());
  if (*status != Status::ok) return Miss();
  if (size > kMaxRecordBytes) return Oversized(size);
  return {};
}

Result<std::span<const std::byte>> MemcachedReader::Get(const Key& key) {
  auto got = GetOne(*directory_.Current(), codec_, key, record_);
  if (!got.has_value()) return std::unexpected<Error>(std::move(got).error());
  return record_.bytes();
}

void MemcachedReader::GetMany(std::span<const Key> keys, const GetManyVisitor& visit) {
  multi_get_.Run(*directory_.Current(), keys, visit);
}

Result<void> MemcachedReader::Scan(const ScanOptions& options, const ScanVisitor& visit) {
  const auto topology = directory_.Current();
  LARDER_ASSIGN_OR_RETURN(const auto all, KeysIn(*topology, options.range));
  bool stopped = false;
  std::optional<Error> failure;
  for (std::span<const Key> rest = all; !rest.empty() && !stopped && !failure.has_value();) {
    const auto chunk = rest.first(std::min(MultiGet::kChunk, rest.size()));
    multi_get_.Run(*topology, chunk, [&](std::size_t i, Result<std::span<const std::byte>> record) {
      if (stopped || failure.has_value()) return;
      if (record.has_value()) {
        stopped = visit(chunk[i], *record) == ScanAction::stop;
      } else if (record.error().code == Errc::unavailable) {
        failure = std::move(record).error();
      }
    });
    rest = rest.subspan(chunk.size());
  }
  if (failure.has_value()) return std::unexpected<Error>(std::move(*failure));
  return {};
}

Result<std::vector<Key>> MemcachedReader::KeysIn(const Topology& topology, const KeyRange& range) const {
  std::vector<Key> keys;
  Patience patience;
  directory_.FindSilent();
  for (std::size_t i = 0; i < topology.servers.size(); ++i) {
    LARDER_ASSIGN_OR_RETURN(const Endpoint endpoint, topology.servers[i]->CurrentEndpoint(patience));
    LARDER_RETURN_IF_ERROR(CrawlKeys(endpoint, scan_timeout_, [&](std::string_view text) {
      const auto key = codec_.Decode(text);
      if (key.has_value() && range.Contains(*key) && topology.IndexOf(text) == i) keys.push_back(*key);
    }));
  }
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  return keys;
}

}  // namespace larder::memcached
