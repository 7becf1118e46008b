#include "stats.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace larder::memcached {
namespace {

struct Figures {
  std::string version;
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
  std::uint64_t max_bytes = 0;
  std::uint64_t evictions = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t connections = 0;
  std::uint64_t uptime = 0;
};

void Take(Figures& figures, std::string_view name, std::string_view value) {
  if (name == "version") {
    figures.version = value;
    return;
  }
  const std::pair<std::string_view, std::uint64_t*> known[] = {
      {"curr_items", &figures.items},
      {"bytes", &figures.bytes},
      {"limit_maxbytes", &figures.max_bytes},
      {"evictions", &figures.evictions},
      {"get_hits", &figures.hits},
      {"get_misses", &figures.misses},
      {"curr_connections", &figures.connections},
      {"uptime", &figures.uptime},
  };
  for (const auto& [known_name, to] : known) {
    if (known_name == name) std::from_chars(value.data(), value.data() + value.size(), *to);
  }
}

std::string ForPeople(const Figures& figures) {
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  return "version " + figures.version + ", " + number(figures.items) + " items, " + number(figures.bytes) + " of " +
         number(figures.max_bytes) + " bytes, " + number(figures.evictions) + " evictions, " + number(figures.hits) +
         " hits, " + number(figures.misses) + " misses, " + number(figures.connections) + " connections, up " +
         number(figures.uptime) + " s";
}

}  // namespace

Result<StoreStats> StatsOf(const Topology& topology) {
  StoreStats total;
  std::optional<Error> failure;
  bool any = false;
  Patience patience;
  for (const auto& server : topology.servers) {
    Figures figures;
    const auto status = server->Run(patience, [&](Connection& connection) {
      figures = {};
      return connection.Stats([&](std::string_view name, std::string_view value) { Take(figures, name, value); });
    });
    const std::string name = server->address().ToString();
    if (!status.has_value()) {
      total.engine.emplace_back(name, status.error().message);
      failure = status.error();
      continue;
    }
    any = true;
    total.records += figures.items;
    total.live_bytes += figures.bytes;
    total.file_bytes += figures.bytes;
    total.max_bytes += figures.max_bytes;
    total.evictions += figures.evictions;
    total.engine.emplace_back(name, ForPeople(figures));
  }
  if (!any && failure.has_value()) return std::unexpected<Error>(std::move(*failure));
  return total;
}

}  // namespace larder::memcached
