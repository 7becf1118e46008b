#include <nlohmann/json.hpp>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "larder/open_store.h"
#include "progress.h"
#include "stop_signal.h"
#include "store_diff.h"
#include "store_path.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

class DiffCommand final : public Command {
 public:
  explicit DiffCommand(Options& options) {
    options.Argument("a", a_, "URL", "The one store");
    options.Argument("b", b_, "URL", "The other");
    options.Footer(
        "Compares what the stores know of each tag: status, digests, image id, platform, created, labels. When it was\n"
        "checked, and when it will be again, is no difference. Expired and damaged records count as not there.\n"
        "Exit code 1: something differs.");
  }

  Exit Run(const Console& console, const Common& common) override {
    Common one = common;
    one.store = a_;
    auto a = OpenForCommand(console, one, StoreUse::read);
    if (!a.has_value()) return ReportStore(console, a.error());
    one.store = b_;
    auto b = OpenForCommand(console, one, StoreUse::read);
    if (!b.has_value()) return ReportStore(console, b.error());
    const StopSignal stop;
    Progress progress(console);
    const auto report = DiffStores(**a, **b, console.now, [&](std::uint64_t read) {
      progress.Show("records", static_cast<std::size_t>(read), 0);
      return stop.requested() ? ScanAction::stop : ScanAction::go_on;
    });
    progress.Clear();
    if (!report.has_value()) return Report(console, report.error());
    common.json ? PrintJson(console, *report) : Print(console, *report);
    if (report->broken > 0) {
      *console.err << "larder: " << Counted(report->broken, "record is", "records are")
                   << " damaged and left out; larder verify names them\n";
    }
    return report->differences.empty() ? Exit::yes : Exit::no;
  }

 private:
  static std::string NameOf(const Difference& difference) {
    return difference.tag.empty() ? difference.name : difference.name + ":" + difference.tag;
  }

  static void Print(const Console& console, const DiffReport& report) {
    if (!report.differences.empty()) {
      Table table({{"REF", Table::Align::left, true},
                   {"WHAT"},
                   {"A", Table::Align::left, true},
                   {"B", Table::Align::left, true}});
      for (const auto& difference : report.differences) {
        table.Add({NameOf(difference), difference.what, difference.a, difference.b});
      }
      table.Print(console);
    }
    if (console.quiet) return;
    *console.out << Counted(report.differences.size(), "difference", "differences") << "; both know "
                 << Counted(report.compared, "tag", "tags") << '\n';
  }

  static void PrintJson(const Console& console, const DiffReport& report) {
    Json json;
    json["Same"] = report.differences.empty();
    json["Compared"] = report.compared;
    json["Broken"] = report.broken;
    json["Differences"] = Json::array();
    for (const auto& difference : report.differences) {
      Json one;
      one["Name"] = difference.name;
      if (!difference.tag.empty()) one["Tag"] = difference.tag;
      one["What"] = difference.what;
      if (!difference.a.empty()) one["A"] = difference.a;
      if (!difference.b.empty()) one["B"] = difference.b;
      json["Differences"].push_back(std::move(one));
    }
    *console.out << Pretty(json);
  }

  std::string a_, b_;
};

}  // namespace

std::unique_ptr<Command> MakeDiff(Options& options) { return std::make_unique<DiffCommand>(options); }

}  // namespace larder::tool
