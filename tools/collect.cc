#include <nlohmann/json.hpp>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "larder/collect.h"
#include "larder/scan.h"
#include "progress.h"
#include "stop_signal.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

class CollectCommand final : public Command {
 public:
  explicit CollectCommand(Options& options) {
    options.Flag("--dry-run", dry_run_, "Count what would be removed, and remove nothing");
    options.Flag("--force", force_, "The clock is right: collect although it stands far from the last collection");
    options.Footer(
        "Removes the records that are over: expired, or of a format that is no longer read. A refresher does it by\n"
        "itself; it is needed only where none runs. memcached drops what is over by itself.\n"
        "A clock that stands before the last collection, or more than 7 days after it, is not believed: a wrong one\n"
        "would remove what is good.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto store = OpenForCommand(console, common, dry_run_ ? StoreUse::read : StoreUse::write);
    if (!store.has_value()) return ReportStore(console, store.error());
    if ((*store)->Traits().shared) return NothingToDo(console, common, (*store)->Traits().engine);
    const std::uint64_t total = (*store)->Stats().value_or(StoreStats()).records;
    const StopSignal stop;
    Progress progress(console);
    auto collected =
        dry_run_ ? Count(console, **store, progress, total, stop) : Collect(console, **store, progress, total, stop);
    progress.Clear();
    if (!collected.has_value() && collected.error().code == Errc::invalid_argument) {  // the clock
      Report(console, collected.error(), "if it is right: larder collect --force");
      return Exit::no_answer;
    }
    if (!collected.has_value()) return Report(console, collected.error());
    Tell(console, common, *collected, {});
    return Exit::yes;
  }

 private:
  // Servers that many hosts share drop what is over by themselves (Store::Collect).
  Exit NothingToDo(const Console& console, const Common& common, std::string_view engine) const {
    Tell(console, common, CollectProgress(), std::string(engine) + " drops what is over by itself");
    return Exit::yes;
  }

  void Tell(const Console& console, const Common& common, const CollectProgress& collected,
            const std::string& reason) const {
    if (common.json) {
      Json json;
      json["Read"] = collected.scanned;
      json["Removed"] = collected.removed;
      json["DryRun"] = dry_run_;
      if (!reason.empty()) json["Reason"] = reason;
      *console.out << Pretty(json);
      return;
    }
    if (console.quiet) return;
    *console.out << Counted(collected.scanned, "record", "records") << " read, " << Thousands(collected.removed)
                 << (dry_run_ ? " would be removed" : " removed") << (reason.empty() ? "" : ": ") << reason << '\n';
  }

  static std::unexpected<Error> Stopped() {
    return Fail(Errc::cancelled, "stopped; what was removed is removed, and another run goes on");
  }

  Result<CollectProgress> Collect(const Console& console, Store& store, Progress& progress, std::uint64_t total,
                                  const StopSignal& stop) const {
    CollectProgress sum;
    CollectSlice slice;
    slice.now = console.now;
    slice.force = force_;
    do {
      LARDER_ASSIGN_OR_RETURN(const auto done, store.Collect(slice));
      sum.scanned += done.scanned;
      sum.removed += done.removed;
      slice.cursor = done.cursor;
      progress.Show("records", static_cast<std::size_t>(sum.scanned), static_cast<std::size_t>(total));
      if (slice.cursor.has_value() && stop.requested()) return Stopped();
    } while (slice.cursor.has_value());
    LARDER_RETURN_IF_ERROR(store.Flush());
    return sum;
  }

  static Result<CollectProgress> Count(const Console& console, Store& store, Progress& progress, std::uint64_t total,
                                       const StopSignal& stop) {
    CollectProgress sum;
    Reader::ScanOptions headers;
    headers.headers_only = true;
    LARDER_RETURN_IF_ERROR(ScanStore(store, headers, [&](const Key& key, std::span<const std::byte> record) {
      ++sum.scanned;
      if (IsCollectable(key, record, console.now, Time{})) ++sum.removed;
      progress.Show("records", static_cast<std::size_t>(sum.scanned), static_cast<std::size_t>(total));
      return stop.requested() ? ScanAction::stop : ScanAction::go_on;
    }));
    if (stop.requested()) return Stopped();
    return sum;
  }

  bool dry_run_ = false;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCollect(Options& options) { return std::make_unique<CollectCommand>(options); }

}  // namespace larder::tool
