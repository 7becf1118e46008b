#include "store_check.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

#include "child.h"
#include "larder/check_files.h"
#include "larder/open_store.h"

namespace larder::tool {
namespace {

// What the child says, a line each: "read N", "broken KEY WHAT", "fault WHERE", "error CODE WHAT", and at the end
// "counts FAULTS RECORDS EXPIRED NEWER BROKEN MISSING KIND...".
void SayCounts(const Telling& telling, std::uint64_t faults, const VerifyReport& report) {
  std::ostringstream text;
  text << "counts " << faults << ' ' << report.records << ' ' << report.expired << ' ' << report.newer << ' '
       << report.broken << ' ' << report.missing_blocks;
  for (const auto kind : report.kinds) text << ' ' << kind;
  telling.Say(text.str());
}

void CheckAndTell(const std::string& url, Time now, const Telling& telling) {
  VerifyOptions options;
  options.now = now;
  options.broken = [&](const Key& key, const std::string& what) { telling.Say("broken " + key.ToHex() + " " + what); };
  options.progress = [&](const VerifyReport& so_far) {
    return telling.Say("read " + std::to_string(so_far.records)) ? ScanAction::go_on : ScanAction::stop;
  };
  Verifier verifier(options);
  auto files = CheckFiles(url, [&](const Key& key, std::span<const std::byte> record) { verifier.Take(key, record); });
  // What cannot even be opened for damage is damage.
  if (!files.has_value() && files.error().code == Errc::corruption) {
    files = FilesCheck{1, {std::move(files).error().message}, true};
  }
  if (!files.has_value()) {
    telling.Say(files.error());
    return;
  }
  for (const auto& text : files->texts) telling.Say("fault " + text);
  if (files->visited) return SayCounts(telling, files->faults, verifier.Finish());
  OpenStoreOptions reading;
  reading.read_only = true;
  auto store = OpenStore(url, reading);
  auto report = store.has_value() ? VerifyStore(**store, options) : std::unexpected<Error>(store.error());
  if (!report.has_value() && report.error().code == Errc::corruption) {
    if (files->faults == 0) telling.Say("fault " + report.error().message);
    return SayCounts(telling, std::max<std::uint64_t>(files->faults, 1), VerifyReport());
  }
  if (!report.has_value()) {
    telling.Say(report.error());
    return;
  }
  SayCounts(telling, files->faults, *report);
}

std::string_view Word(std::string_view& line) {
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  line = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  return word;
}

std::uint64_t Number(std::string_view& line) {
  const auto word = Word(line);
  std::uint64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

class Listener {
 public:
  explicit Listener(const std::function<void(std::uint64_t)>& progress) : progress_(progress) {}

  void Hear(std::string_view line) {
    const auto word = Word(line);
    if (word == "read") {
      if (progress_) progress_(Number(line));
    } else if (word == "fault") {
      check.places.emplace_back(line);
    } else if (word == "broken") {
      if (auto key = Key::FromHex(Word(line)); key.has_value()) check.broken.push_back({*key, std::string(line)});
    } else if (word == "error") {
      const auto code = static_cast<Errc>(Number(line));
      error = Error{code, std::string(line)};
    } else if (word == "counts") {
      check.faults = Number(line);
      VerifyReport& report = check.report;
      for (auto* count : {&report.records, &report.expired, &report.newer, &report.broken, &report.missing_blocks}) {
        *count = Number(line);
      }
      for (auto& kind : report.kinds) kind = Number(line);
    }
  }

  StoreCheck check;
  std::optional<Error> error;

 private:
  const std::function<void(std::uint64_t)>& progress_;
};

}  // namespace

Result<StoreCheck> CheckInChild(const std::string& url, Time now,
                                const std::function<void(std::uint64_t records)>& progress) {
  Listener listener(progress);
  LARDER_ASSIGN_OR_RETURN(const ChildEnd end,
                          RunInChild([&](const Telling& telling) { CheckAndTell(url, now, telling); },
                                     [&](std::string_view line) { listener.Hear(line); }));
  if (listener.error.has_value() && end.whole) return std::unexpected<Error>(std::move(*listener.error));
  if (!end.whole) {
    listener.check.crashed = true;
    ++listener.check.faults;
    listener.check.places.push_back("the engine goes down when it reads the files (" +
                                    (end.signal == 0 ? "it gave up" : "signal " + std::to_string(end.signal)) + ")");
  }
  return std::move(listener.check);
}

}  // namespace larder::tool
