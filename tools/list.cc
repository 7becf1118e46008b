#include <algorithm>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "larder/scan.h"
#include "record_json.h"
#include "store_path.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

class List final : public Command {
 public:
  explicit List(Options& options) { options.Footer("Exit code 1: the store holds no repository."); }

  Exit Run(const Console& console, const Common& common) override {
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    std::vector<RepositoryRecord> states;
    std::uint64_t broken = 0;
    Reader::ScanOptions options;
    options.range = KeyRange::OfKind(RecordKind::repository);
    auto scanned = ScanStore(**store, options, [&](const Key& key, std::span<const std::byte> bytes) {
      auto state = ReadRepositoryRecord(key, {}, bytes);
      if (!state.has_value()) {
        ++broken;
      } else if (IsLive(state->expiry, console.now)) {
        states.push_back(std::move(*state));
      }
      return ScanAction::go_on;
    });
    if (!scanned.has_value()) return Report(console, scanned.error());
    std::sort(states.begin(), states.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    if (common.json) {
      PrintJson(console, states);
    } else {
      PrintTable(console, states);
    }
    if (broken > 0) {
      *console.err << "larder: " << Counted(broken, "record is", "records are")
                   << " damaged and left out; the next refresh makes them anew\n";
    }
    return states.empty() ? Exit::no : Exit::yes;
  }

 private:
  static void PrintTable(const Console& console, const std::vector<RepositoryRecord>& states) {
    if (states.empty()) {
      if (!console.quiet) *console.err << "larder: the store is empty\n  larder refresh REF... fills it\n";
      return;
    }
    Table table({{"REPOSITORY", Table::Align::left, true, true},
                 {"TAGS", Table::Align::right},
                 {"KNOWN", Table::Align::right},
                 {"PENDING", Table::Align::right},
                 {"FAILING", Table::Align::right},
                 {"LISTED"},
                 {"STATE"},
                 {"LAST ERROR", Table::Align::left, true}});
    for (const auto& state : states) {
      table.Add({state.name.ToString(), Thousands(state.counts.tags), Thousands(state.counts.known),
                 Thousands(state.counts.pending), Thousands(state.counts.failing),
                 Relative(state.last_listed, console.now), StateOf(state, console.now), state.last_error});
    }
    table.Print(console);
  }

  static void PrintJson(const Console& console, const std::vector<RepositoryRecord>& states) {
    std::string text;
    JsonWriter json(text, JsonWriter::Style::indented);
    json.Array();
    for (const auto& state : states) {
      json.Object();
      WriteRepository(json, state, console.now);
      json.End();
    }
    json.End();
    *console.out << text << '\n';
  }
};

}  // namespace

std::unique_ptr<Command> MakeList(Options& options) { return std::make_unique<List>(options); }

}  // namespace larder::tool
