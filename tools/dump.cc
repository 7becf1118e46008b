#include <algorithm>
#include <optional>
#include <ostream>

#include "any_record.h"
#include "commands.h"
#include "failure.h"
#include "larder/label_timestamps.h"
#include "larder/scan.h"
#include "record_json.h"
#include "stop_signal.h"
#include "store_path.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

// How many rows a table is made of at a time: the first so many decide its widths.
constexpr std::size_t kRows = 200;
constexpr std::size_t kChunkBytes = 256 * 1024;

// Without the marker, which no scan shows.
std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (std::uint8_t kind = 1; kind < kRecordKinds; ++kind) {
    names.emplace_back(RecordKindName(static_cast<RecordKind>(kind)));
  }
  return names;
}

// Where records go, one after the other. They are written apart from being added: whoever reads our output may be slow,
// and no reader of the store is held meanwhile.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void Add(const AnyRecord& record) = 0;
  virtual void AddBroken(const Key& key, std::size_t bytes, const Error& error) = 0;
  virtual bool full() const = 0;  // it is time to write
  virtual void Write() = 0;
  virtual void End() = 0;
};

class JsonSink final : public Sink {
 public:
  JsonSink(const Console& console, bool lines) : console_(console), lines_(lines) {}

  void Add(const AnyRecord& record) override {
    Begin();
    JsonWriter json(text_);
    WriteRecord(json, record, console_.now);
    Close();
  }
  void AddBroken(const Key& key, std::size_t bytes, const Error& error) override {
    Begin();
    JsonWriter json(text_);
    WriteBroken(json, key, bytes, error);
    Close();
  }
  bool full() const override { return text_.size() >= kChunkBytes; }
  void Write() override {
    *console_.out << text_;
    text_.clear();
  }
  void End() override {
    if (!lines_) text_ += empty_ ? "[]\n" : "\n]\n";
    Write();
  }

 private:
  void Begin() {
    if (!lines_) text_ += empty_ ? "[\n" : ",\n";
    empty_ = false;
  }
  void Close() {
    if (lines_) text_ += '\n';
  }

  const Console& console_;
  bool lines_;
  bool empty_ = true;
  std::string text_;
};

class TableSink final : public Sink {
 public:
  explicit TableSink(const Console& console)
      : console_(console),
        table_({{"KIND"},
                {"RECORD", Table::Align::left, true, true},
                {"BYTES", Table::Align::right},
                {"NEXT CHECK"},
                {"EXPIRES"},
                {"WHAT IT SAYS", Table::Align::left, true}}) {}

  void Add(const AnyRecord& record) override {
    const Time now = console_.now;
    const auto when = [now](Time time) { return time == Time{} ? "-" : Relative(time, now); };
    table_.Add({std::string(RecordKindName(record.header.kind)), SubjectOf(record), Thousands(record.bytes),
                when(record.header.deadline), when(record.header.expiry), SummaryOf(record, now)});
  }
  void AddBroken(const Key& key, std::size_t bytes, const Error& error) override {
    table_.Add(
        {std::string(RecordKindName(key.kind())), key.ToHex(), Thousands(bytes), "-", "-", "broken: " + error.message});
  }
  bool full() const override { return table_.size() >= kRows; }
  void Write() override {
    if (!table_.empty()) table_.Print(console_);
  }
  void End() override { Write(); }

 private:
  const Console& console_;
  Table table_;
};

class Dump final : public Command {
 public:
  explicit Dump(Options& options) {
    options.Values("--include", globs_, "GLOB",
                   "Only of repositories whose name matches; '*' stands for anything (repeatable)");
    options.Choices("--kind", kinds_, KindNames(), "Only records of this kind (repeatable)");
    options.Choice("--format", format_, {"table", "ndjson", "json"},
                   "table for people, ndjson: a JSON object a line, json: one array; --json is --format json");
    options.Values("--use-labels", label_globs_, "GLOB", "Take created from the labels, for names that match the glob");
    options.Footer(
        "In the order of the store, as it is read: any size, in constant memory.\n"
        "Exit code 1: some records are damaged (they are shown as broken), or it was stopped.\n"
        "\nExamples:\n"
        "  larder dump --kind image --include 'ghcr.io/fluxcd/*'\n"
        "  larder dump --format ndjson | jq -r 'select(.Status == \"failed\") | .ID'");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    auto sink = SinkFor(console, common);
    const StopSignal stop;
    std::uint64_t broken = 0;
    for (const auto& range : Ranges((*store)->Traits())) {
      std::optional<Key> from = range.begin;
      while (from.has_value() && !stop.requested() && console.out->good()) {
        auto next = Chunk(**store, {*from, range.end, range.unbounded}, stop, *sink, broken);
        if (!next.has_value()) return Report(console, next.error());
        sink->Write();
        from = *next;
      }
    }
    sink->End();
    if (stop.requested()) return Report(console, Error{Errc::cancelled, "stopped: not every record was shown"});
    if (broken == 0) return Exit::yes;
    return Report(console, Error{Errc::not_found, Counted(broken, "record is", "records are") + " damaged"},
                  "readers pass over them, and the next refresh makes them anew");
  }

 private:
  std::unique_ptr<Sink> SinkFor(const Console& console, const Common& common) const {
    const std::string& format = format_.empty() ? (common.json ? kJson : kTable) : format_;
    if (format == kTable) return std::make_unique<TableSink>(console);
    return std::make_unique<JsonSink>(console, format != kJson);
  }

  bool IsWanted(RecordKind kind) const {
    return kinds_.empty() || std::find(kinds_.begin(), kinds_.end(), RecordKindName(kind)) != kinds_.end();
  }

  // One range a kind where the engine can begin anywhere; else everything, looked through once.
  std::vector<KeyRange> Ranges(const StoreTraits& traits) const {
    if (kinds_.empty() || !traits.ordered) return {KeyRange::All()};
    std::vector<KeyRange> ranges;
    for (std::uint8_t kind = 0; kind < kRecordKinds; ++kind) {
      if (IsWanted(static_cast<RecordKind>(kind))) ranges.push_back(KeyRange::OfKind(static_cast<RecordKind>(kind)));
    }
    return ranges;
  }

  // Adds records until the sink is full: then, where to go on.
  Result<std::optional<Key>> Chunk(Store& store, const KeyRange& range, const StopSignal& stop, Sink& sink,
                                   std::uint64_t& broken) const {
    const bool ordered = store.Traits().ordered;
    std::optional<Key> next;
    Reader::ScanOptions options;
    options.range = range;
    auto scanned = ScanStore(store, options, [&](const Key& key, std::span<const std::byte> bytes) {
      if (IsWanted(key.kind())) Show(key, bytes, sink, broken);
      if (stop.requested()) return ScanAction::stop;
      if (!sink.full()) return ScanAction::go_on;
      if (ordered) {
        next = key.Next();
        return ScanAction::stop;
      }
      sink.Write();
      return ScanAction::go_on;
    });
    if (!scanned.has_value()) return std::unexpected<Error>(std::move(scanned).error());
    return next;
  }

  void Show(const Key& key, std::span<const std::byte> bytes, Sink& sink, std::uint64_t& broken) const {
    auto record = ReadAny(key, bytes);
    if (!record.has_value()) {
      ++broken;
      sink.AddBroken(key, bytes.size(), record.error());
      return;
    }
    if (!globs_.empty() && !NameMatches(globs_, RepositoryOf(*record))) return;
    if (auto* image = std::get_if<ImageRecord>(&record->value); image != nullptr && !label_globs_.empty()) {
      if (NameMatches(label_globs_, image->info.id.name().Canonical())) UseLabelTimestamp(image->info);
    }
    sink.Add(*record);
  }

  inline static const std::string kJson = "json";
  inline static const std::string kTable = "table";
  std::vector<std::string> globs_, label_globs_, kinds_;
  std::string format_;
};

}  // namespace

std::unique_ptr<Command> MakeDump(Options& options) { return std::make_unique<Dump>(options); }

}  // namespace larder::tool
