#include "crawl.h"

#include <algorithm>
#include <string>
#include <thread>

#include "lines.h"

namespace larder::memcached {
namespace {

constexpr std::string_view kKeyField = "key=";
constexpr std::chrono::milliseconds kWhileBusy{50};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

enum class Outcome { done, busy, refused };

// One crawl. Not done: nothing was visited, and `line` holds what the server said instead.
Result<Outcome> Crawl(Lines& lines, std::string_view what, std::string& line,
                      const std::function<void(std::string_view)>& visit) {
  LARDER_RETURN_IF_ERROR(lines.Send("lru_crawler metadump " + std::string(what) + "\r\n"));
  std::string decoded;
  for (;;) {
    LARDER_ASSIGN_OR_RETURN(const std::string_view next, lines.Next());
    if (next == "END") return Outcome::done;
    if (const auto key = KeyOfDumpLine(next, decoded); !key.empty()) {
      visit(key);
      continue;
    }
    if (next.starts_with(kKeyField)) continue;  // a key that is none
    line = next;
    return next.starts_with("BUSY") ? Outcome::busy : Outcome::refused;
  }
}

}  // namespace

std::string_view KeyOfDumpLine(std::string_view line, std::string& buffer) {
  if (!line.starts_with(kKeyField)) return {};
  line.remove_prefix(kKeyField.size());
  line = line.substr(0, line.find(' '));
  buffer.clear();
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '%') {
      buffer += line[i];
      continue;
    }
    if (i + 2 >= line.size()) return {};
    const int high = HexDigit(line[i + 1]);
    const int low = HexDigit(line[i + 2]);
    if (high < 0 || low < 0) return {};
    buffer += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return buffer;
}

Result<void> CrawlKeys(const Endpoint& endpoint, std::chrono::milliseconds bound,
                       const std::function<void(std::string_view key)>& visit) {
  const auto until = Lines::Clock::now() + bound;
  LARDER_ASSIGN_OR_RETURN(Lines lines, Lines::Connect(endpoint, until));
  // The hash table holds every key once. Servers before 1.6 know only the lists by age, in which a key that is written
  // during the crawl may be passed over.
  std::string_view what = "hash";
  std::string line;
  for (;;) {
    LARDER_ASSIGN_OR_RETURN(const Outcome outcome, Crawl(lines, what, line, visit));
    if (outcome == Outcome::done) return {};
    if (outcome == Outcome::busy) {
      if (Lines::Clock::now() + kWhileBusy > until) {
        return Fail(Errc::unavailable,
                    "memcached " + endpoint.ToString() + ": its crawler stayed busy; try again later");
      }
      std::this_thread::sleep_for(kWhileBusy);
    } else if (what == "hash") {
      what = "all";
    } else {
      return Fail(Errc::unsupported, "memcached " + endpoint.ToString() + " lists no keys: it answers \"" +
                                         line.substr(0, 100) + "\" to lru_crawler metadump");
    }
  }
}

}  // namespace larder::memcached
