#include <nlohmann/json.hpp>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "larder/copy_store.h"
#include "larder/open_store.h"
#include "progress.h"
#include "stop_signal.h"
#include "words.h"

namespace larder::tool {
namespace {

class Copy final : public Command {
 public:
  explicit Copy(Options& options) {
    options.Argument("from", from_, "URL", "The store to read");
    options.Argument("to", to_, "URL", "The store to write; made where it is not there");
    options.Flag("--dry-run", dry_run_, "Count what would be written, and write nothing");
    options.Footer(
        "Every record is copied byte for byte, but leases, which belong to the processes that hold them; memcached,\n"
        "which drops what is expired, is not given that. What is already there is not written again: a second run\n"
        "changes nothing.\n"
        "Exit code 1: some records were damaged or of a newer release and stay behind, or the target did not take\n"
        "them, or dropped some to stay within its bound.");
  }

  Exit Run(const Console& console, const Common& common) override {
    OpenStoreOptions reading;
    reading.read_only = true;
    auto from = OpenStore(from_, reading);
    if (!from.has_value()) return Report(console, from.error());
    auto to = OpenTarget();
    if (!to.has_value()) return Report(console, to.error());
    // memcached also counts what is not of this namespace.
    const bool counted = !(*from)->Traits().shared;
    const std::uint64_t total = counted ? (*from)->Stats().value_or(StoreStats()).records : 0;
    const StopSignal stop;
    Progress progress(console);
    CopyOptions options;
    options.now = console.now;
    options.dry_run = dry_run_;
    options.progress = [&](const CopyReport& so_far) {
      progress.Show("records", so_far.read, total);
      return stop.requested() ? ScanAction::stop : ScanAction::go_on;
    };
    auto report = CopyStore(**from, **to, options);
    progress.Clear();
    if (!report.has_value()) return Report(console, report.error());
    if (auto flushed = (*to)->Flush(); !flushed.has_value()) return Report(console, flushed.error());
    Tell(console, common, *report);
    if (report->first_failure.has_value()) Report(console, *report->first_failure);
    return report->broken == 0 && report->newer == 0 && report->failed == 0 && report->evicted == 0 ? Exit::yes
                                                                                                    : Exit::no;
  }

 private:
  // A dry run makes nothing: a target that is not there is an empty one.
  Result<std::unique_ptr<Store>> OpenTarget() const {
    OpenStoreOptions options;
    options.read_only = dry_run_;
    auto to = OpenStore(to_, options);
    if (dry_run_ && !to.has_value() && to.error().code == Errc::not_found) return OpenStore("memory:");
    return to;
  }

  void Tell(const Console& console, const Common& common, const CopyReport& report) const {
    if (common.json) {
      Json json;
      json["Read"] = report.read;
      json["Written"] = report.written;
      json["Same"] = report.same;
      json["Leases"] = report.leases;
      json["Expired"] = report.expired;
      json["Broken"] = report.broken;
      json["Newer"] = report.newer;
      json["Failed"] = report.failed;
      json["Evicted"] = report.evicted;
      json["DryRun"] = dry_run_;
      *console.out << Pretty(json);
      return;
    }
    if (console.quiet) return;
    *console.out << Counted(report.read, "record", "records") << ": " << Thousands(report.written)
                 << (dry_run_ ? " would be written, " : " written, ") << Thousands(report.same) << " already there, "
                 << Thousands(report.expired) << " expired, " << Thousands(report.broken) << " damaged, "
                 << Thousands(report.failed) << " not taken";
    if (report.leases > 0) *console.out << ", " << Counted(report.leases, "lease", "leases") << " left behind";
    if (report.newer > 0) *console.out << ", " << Thousands(report.newer) << " of a newer release left behind";
    if (report.evicted > 0) {
      *console.out << ", " << Thousands(report.evicted)
                   << " dropped for want of room: raise max_bytes in the target's URL";
    }
    *console.out << '\n';
  }

  std::string from_, to_;
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCopy(Options& options) { return std::make_unique<Copy>(options); }

}  // namespace larder::tool
