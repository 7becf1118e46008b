#include <cerrno>
#include <nlohmann/json.hpp>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "larder/portable.h"
#include "portable_words.h"
#include "progress.h"
#include "stop_signal.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

class StreamSink final : public ByteSink {
 public:
  explicit StreamSink(std::ostream& out) : out_(out) {}
  Result<void> Write(std::span<const std::byte> bytes) override {
    errno = 0;
    out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return Judge();
  }
  Result<void> Flush() {
    errno = 0;
    out_.flush();
    return Judge();
  }
  bool broken_pipe() const { return broken_pipe_; }

 private:
  Result<void> Judge() {
    if (out_.good()) return {};
    broken_pipe_ = errno == EPIPE;
    return Fail(Errc::unavailable, "cannot write to standard output");
  }

  std::ostream& out_;
  bool broken_pipe_ = false;
};

class Export final : public Command {
 public:
  explicit Export(Options& options) {
    options.Argument("file", file_, "FILE", "The file to write; - for standard output");
    options.Footer(
        "Writes every live record into one file that larder import reads on any machine and into any engine. The file\n"
        "appears under its name when it is whole, and not before. Another process may write the store meanwhile.\n"
        "Exit code 1: damaged records were left out (larder verify names them).");
  }

  Exit Run(const Console& console, const Common& common) override {
    const bool to_stream = file_ == "-";
    if (to_stream && console.out_is_terminal) {
      return Report(console, Error{Errc::invalid_argument, "an export is not for a terminal"},
                    "name a file, or send standard output into one");
    }
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    return to_stream ? ToStream(console, common, **store) : ToFile(console, common, **store);
  }

 private:
  Exit ToStream(const Console& console, const Common& common, Store& store) const {
    StreamSink sink(*console.out);
    auto report = Write(console, store, sink);
    if (report.has_value()) {
      if (auto flushed = sink.Flush(); !flushed.has_value()) report = std::unexpected<Error>(flushed.error());
    }
    if (sink.broken_pipe()) return Exit::no;
    if (!report.has_value()) return Report(console, report.error());
    return Tell(console, common, *report, *console.err);
  }

  Exit ToFile(const Console& console, const Common& common, Store& store) const {
    auto sink = FileSink::Create(file_);
    if (!sink.has_value()) return ReportFile(console, sink.error(), {});
    auto report = Write(console, store, **sink);
    if (!report.has_value()) return ReportFile(console, report.error(), "no file is left");
    if (auto committed = (*sink)->Commit(); !committed.has_value()) return ReportFile(console, committed.error(), {});
    return Tell(console, common, *report, *console.out);
  }

  static Result<ExportReport> Write(const Console& console, Store& store, ByteSink& sink) {
    const std::uint64_t total = store.Stats().value_or(StoreStats()).records;
    const StopSignal stop;
    Progress progress(console);
    ExportOptions options;
    options.now = console.now;
    options.progress = [&](const ExportReport& so_far) {
      progress.Show("records", static_cast<std::size_t>(so_far.read), static_cast<std::size_t>(total));
      return stop.requested() ? ScanAction::stop : ScanAction::go_on;
    };
    return ExportStore(store, sink, options);
  }

  Exit Tell(const Console& console, const Common& common, const ExportReport& report, std::ostream& to) const {
    if (common.json) {
      Json json;
      json["File"] = file_;
      json["Bytes"] = report.file.bytes;
      json["Records"] = report.file.records;
      json["Kinds"] = Json::object();
      for (std::size_t i = 1; i < report.file.kinds.size(); ++i) {
        json["Kinds"][std::string(RecordKindName(static_cast<RecordKind>(i)))] = report.file.kinds[i];
      }
      json["Expired"] = report.expired;
      json["Broken"] = report.broken;
      json["Newer"] = report.newer;
      to << Pretty(json);
    } else if (!console.quiet) {
      to << Counted(report.file.records, "record", "records") << " written, " << Bytes(report.file.bytes) << "; "
         << Thousands(report.expired) << " expired, " << Thousands(report.broken) << " damaged";
      if (report.newer > 0) to << ", " << Thousands(report.newer) << " of a newer release";
      to << " left out\n";
    }
    return report.broken == 0 ? Exit::yes : Exit::no;
  }

  std::string file_;
};

}  // namespace

std::unique_ptr<Command> MakeExport(Options& options) { return std::make_unique<Export>(options); }

}  // namespace larder::tool
