#include <nlohmann/json.hpp>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "progress.h"
#include "store_check.h"
#include "store_path.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

constexpr std::size_t kBrokenShown = 20;

class Verify final : public Command {
 public:
  explicit Verify(Options& options) {
    options.Flag("--repair", repair_,
                 "Remove the records that are damaged, so that the next refresh fetches them anew");
    options.Footer(
        "Every record is read and checked: its checksum, its structure, and that it lies under its own key. Of lmdb "
        "and\n"
        "rocksdb the files below the records are checked too. Another process may read and write meanwhile; --repair\n"
        "needs the store for itself. See docs/operating.md for what to do with a damaged store.\n"
        "Exit code 0: all is whole, or was repaired. 1: something is damaged.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto url = StoreUrlOf(console, common);
    if (!url.has_value()) return Report(console, url.error());
    Progress progress(console);
    auto check = CheckInChild(*url, console.now, [&](std::uint64_t records) {
      progress.Show("records", static_cast<std::size_t>(records), 0);
    });
    progress.Clear();
    if (!check.has_value()) return ReportStore(console, ExplainOpen(*url, check.error()));
    std::optional<std::uint64_t> removed;
    if (repair_ && check->faults == 0 && !check->broken.empty()) {
      auto repaired = Repair(console, common, *check);
      if (!repaired.has_value()) return ReportStore(console, repaired.error());
      removed = *repaired;
    }
    if (common.json) {
      PrintJson(console, *check, removed);
    } else {
      Print(console, *check, removed);
    }
    return check->whole() || (removed.has_value() && check->faults == 0) ? Exit::yes : Exit::no;
  }

 private:
  static Result<std::uint64_t> Repair(const Console& console, const Common& common, const StoreCheck& check) {
    LARDER_ASSIGN_OR_RETURN(auto store, OpenForCommand(console, common, StoreUse::write));
    std::vector<Key> keys;
    for (const auto& broken : check.broken) keys.push_back(broken.key);
    return RemoveBroken(*store, keys, console.now);
  }

  void Print(const Console& console, const StoreCheck& check, std::optional<std::uint64_t> removed) const {
    const VerifyReport& report = check.report;
    if (!check.broken.empty()) {
      Table table({{"DAMAGED"}, {"KEY"}, {"WHAT", Table::Align::left, true}});
      const std::size_t shown =
          console.verbosity > 0 ? check.broken.size() : std::min(kBrokenShown, check.broken.size());
      for (std::size_t i = 0; i < shown; ++i) {
        const auto& broken = check.broken[i];
        table.Add({std::string(RecordKindName(broken.key.kind())), broken.key.ToHex(), broken.what});
      }
      table.Print(console);
      if (shown < check.broken.size()) {
        *console.out << "... and " << Thousands(check.broken.size() - shown) << " more; -v shows them all\n";
      }
    }
    for (const auto& place : check.places) *console.out << "damaged below the records: " << place << '\n';
    if (!console.quiet) {
      *console.out << Counted(report.records, "record", "records") << " read: " << Thousands(check.broken.size())
                   << " damaged, " << Thousands(report.expired) << " expired";
      if (report.newer > 0) *console.out << ", " << Thousands(report.newer) << " of a newer release";
      if (report.missing_blocks > 0) {
        *console.out << ", " << Counted(report.missing_blocks, "part", "parts")
                     << " of tag lists missing (they are listed again)";
      }
      *console.out << '\n';
    }
    Advise(console, check, removed);
  }

  void Advise(const Console& console, const StoreCheck& check, std::optional<std::uint64_t> removed) const {
    if (check.faults > 0) {
      *console.err << "larder: the store's files are damaged below the records; that cannot be repaired in place\n"
                      "  stop what uses the store, move its directory away, and fill a new one: larder import of a\n"
                      "  backup, larder copy from the old place for what can still be read, or larder refresh\n";
    } else if (removed.has_value()) {
      if (!console.quiet) {
        *console.out << Counted(*removed, "damaged record", "damaged records")
                     << " removed; the next refresh fetches what was in them\n";
      }
    } else if (!check.broken.empty()) {
      *console.err << "larder: " << Counted(check.broken.size(), "record is", "records are")
                   << " damaged; reads take them for misses\n"
                      "  larder verify --repair removes them, so that the next refresh fetches them anew\n";
    }
  }

  static void PrintJson(const Console& console, const StoreCheck& check, std::optional<std::uint64_t> removed) {
    const VerifyReport& report = check.report;
    Json json;
    json["Whole"] = check.whole();
    json["Records"] = report.records;
    json["Expired"] = report.expired;
    json["Newer"] = report.newer;
    json["MissingBlocks"] = report.missing_blocks;
    json["Kinds"] = Json::object();
    for (std::size_t i = 1; i < report.kinds.size(); ++i) {
      json["Kinds"][std::string(RecordKindName(static_cast<RecordKind>(i)))] = report.kinds[i];
    }
    json["Broken"] = Json::array();
    for (const auto& broken : check.broken) {
      json["Broken"].push_back(
          {{"Kind", RecordKindName(broken.key.kind())}, {"Key", broken.key.ToHex()}, {"What", broken.what}});
    }
    json["Structure"] = {{"Faults", check.faults}, {"Crashed", check.crashed}, {"Places", check.places}};
    if (removed.has_value()) json["Removed"] = *removed;
    *console.out << Pretty(json);
  }

  bool repair_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeVerify(Options& options) { return std::make_unique<Verify>(options); }

}  // namespace larder::tool
