#include <algorithm>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "larder/repository_view.h"
#include "larder/scan.h"
#include "store_path.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

class List final : public Command {
 public:
  explicit List(CLI::App& app) {
    auto* command = app.add_subcommand("list", "Show the repositories in the store, and how complete each is");
    command->footer("\nExit code 1: the store holds no repository.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return Report(console, store.error());
    std::vector<RepositoryRecord> states;
    std::uint64_t broken = 0;
    Reader::ScanOptions options;
    options.range = KeyRange::OfKind(RecordKind::repository);
    auto scanned = ScanStore(**store, options, [&](const Key& key, std::span<const std::byte> bytes) {
      auto state = ReadRepositoryRecord(key, {}, bytes);
      if (!state.has_value()) {
        ++broken;
      } else if (state->expiry == Time{} || state->expiry > console.now) {
        states.push_back(std::move(*state));
      }
      return ScanAction::go_on;
    });
    if (!scanned.has_value()) return Report(console, scanned.error());
    std::sort(states.begin(), states.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    if (common.json) {
      PrintJson(console, **store, states);
    } else {
      PrintTable(console, **store, states);
    }
    if (broken > 0) {
      *console.err << "larder: " << Counted(broken, "record is", "records are")
                   << " damaged and left out; the next refresh makes them anew\n";
    }
    return states.empty() ? Exit::no : Exit::yes;
  }

 private:
  static std::string StateOf(const RepositoryView& view) {
    std::string text(CompletenessName(view.completeness()));
    if (view.stale()) text += ", stale";
    if (view.state().full) text += ", store full";
    return text;
  }

  static void PrintTable(const Console& console, Store& store, const std::vector<RepositoryRecord>& states) {
    if (states.empty()) {
      if (!console.quiet) *console.err << "larder: the store is empty\n  larder refresh REF... fills it\n";
      return;
    }
    Table table({{"REPOSITORY", Table::Align::left, true},
                 {"TAGS", Table::Align::right},
                 {"KNOWN", Table::Align::right},
                 {"PENDING", Table::Align::right},
                 {"FAILING", Table::Align::right},
                 {"LISTED"},
                 {"STATE"},
                 {"LAST ERROR", Table::Align::left, true}});
    for (const auto& state : states) {
      const RepositoryView view(store, state, console.now);
      table.Add({state.name.ToString(), Thousands(state.counts.tags), Thousands(state.counts.known),
                 Thousands(state.counts.pending), Thousands(state.counts.failing),
                 Relative(state.last_listed, console.now), StateOf(view), state.last_error});
    }
    table.Print(console);
  }

  static void PrintJson(const Console& console, Store& store, const std::vector<RepositoryRecord>& states) {
    Json all = Json::array();
    for (const auto& state : states) {
      const RepositoryView view(store, state, console.now);
      Json one;
      one["Name"] = state.name.ToString();
      one["State"] = CompletenessName(view.completeness());
      one["Stale"] = view.stale();
      one["Tags"] = state.counts.tags;
      one["Known"] = state.counts.known;
      one["Pending"] = state.counts.pending;
      one["Failing"] = state.counts.failing;
      if (state.last_listed != Time{}) one["LastListed"] = FormatTime(state.last_listed);
      if (state.deadline != Time{}) one["NextListing"] = FormatTime(state.deadline);
      if (!state.last_error.empty()) one["LastError"] = state.last_error;
      all.push_back(std::move(one));
    }
    *console.out << Pretty(all);
  }
};

}  // namespace

std::unique_ptr<Command> AddList(CLI::App& app) { return std::make_unique<List>(app); }

}  // namespace larder::tool
