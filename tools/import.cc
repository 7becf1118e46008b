#include <unistd.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "larder/open_store.h"
#include "larder/portable.h"
#include "portable_words.h"
#include "progress.h"
#include "stop_signal.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {

Exit ReportFile(const Console& console, const Error& error, std::string_view advice) {
  if (error.code == Errc::cancelled) return Report(console, error);
  if (advice.empty() && error.code == Errc::permission_denied) advice = "check who may read and write there";
  const Exit exit = Report(console, error, advice);
  return exit == Exit::usage ? Exit::usage : Exit::no_answer;
}

namespace {

class Import final : public Command {
 public:
  explicit Import(Options& options) {
    options.Argument("file", file_, "FILE", "The file to read, as larder export wrote it; - for standard input");
    options.Flag("--dry-run", dry_run_, "Check the whole file and count what would be written, and write nothing");
    options.Footer(
        "The whole file is checked first: one that is cut, altered or of a newer release is refused, with the place\n"
        "named, and nothing is written. A record that is there already is replaced. An import that fails or is "
        "stopped\n"
        "leaves an lmdb or rocksdb store as it was; of memcached it says how many records were written.\n"
        "Exit code 1: some records were not taken.");
  }

  Exit Run(const Console& console, const Common& common) override {
    const StopSignal stop;
    auto file =
        file_ == "-" ? FileSource::Spool(STDIN_FILENO, [&] { return stop.requested(); }) : FileSource::Open(file_);
    if (!file.has_value()) return ReportFile(console, file.error(), {});
    Progress progress(console);
    auto info = CheckPortable(**file, [&](const PortableInfo& so_far) {
      progress.Show("records checked", static_cast<std::size_t>(so_far.records), 0);
      return stop.requested() ? ScanAction::stop : ScanAction::go_on;
    });
    progress.Clear();
    if (!info.has_value()) {
      return ReportFile(console, std::move(info).error().WithContext(Name()),
                        "nothing was written; take another copy of the file, or export again");
    }
    auto store = OpenTarget(console, common);
    if (!store.has_value()) return ReportStore(console, store.error());
    ImportOptions options;
    options.now = console.now;
    options.dry_run = dry_run_;
    options.progress = [&](const ImportReport& so_far, std::uint64_t total) {
      progress.Show("records", static_cast<std::size_t>(so_far.file.records), static_cast<std::size_t>(total));
      return stop.requested() ? ScanAction::stop : ScanAction::go_on;
    };
    auto report = ImportStore(**file, **store, options);
    progress.Clear();
    if (!report.has_value()) return Report(console, std::move(report).error().WithContext("import of " + Name()));
    Tell(console, common, *report);
    if (report->first_failure.has_value()) Report(console, *report->first_failure);
    return report->failed == 0 ? Exit::yes : Exit::no;
  }

 private:
  std::string Name() const { return file_ == "-" ? "standard input" : file_; }

  // A dry run makes nothing: a target that is not there is an empty one.
  Result<std::shared_ptr<Store>> OpenTarget(const Console& console, const Common& common) const {
    auto store = OpenForCommand(console, common, dry_run_ ? StoreUse::read : StoreUse::write);
    if (!dry_run_ || store.has_value() || store.error().code != Errc::not_found) return store;
    LARDER_ASSIGN_OR_RETURN(auto empty, OpenStore("memory:"));
    return std::shared_ptr<Store>(std::move(empty));
  }

  void Tell(const Console& console, const Common& common, const ImportReport& report) const {
    if (common.json) {
      Json json;
      json["File"] = file_;
      json["Created"] = FormatTime(report.file.created);
      json["Records"] = report.file.records;
      json["Written"] = report.written;
      json["Same"] = report.same;
      json["Expired"] = report.expired;
      json["Failed"] = report.failed;
      json["DryRun"] = dry_run_;
      *console.out << Pretty(json);
      return;
    }
    if (console.quiet) return;
    *console.out << Counted(report.file.records, "record", "records") << ", exported "
                 << Relative(report.file.created, console.now) << ": " << Thousands(report.written)
                 << (dry_run_ ? " would be written, " : " written, ") << Thousands(report.same) << " already there, "
                 << Thousands(report.expired) << " expired, " << Thousands(report.failed) << " not taken\n";
  }

  std::string file_;
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeImport(Options& options) { return std::make_unique<Import>(options); }

}  // namespace larder::tool
