#include <algorithm>
#include <optional>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "progress.h"
#include "stop_signal.h"
#include "store_path.h"
#include "survey.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

constexpr std::size_t kShownRepositories = 10;

constexpr EntryStatus kStatuses[] = {EntryStatus::image, EntryStatus::excluded, EntryStatus::missing,
                                     EntryStatus::pending, EntryStatus::failed};

class Stats final : public Command {
 public:
  explicit Stats(Options& options) {
    options.Number("--limit", limit_, "N", "Show so many repositories, the largest first (default: 10; 0: all)");
    options.Footer(
        "Reads every record once, and checks it. Deadlines are those of images and of listings.\n"
        "Exit code 1: some records are damaged.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    auto stats = (*store)->Stats();
    if (!stats.has_value()) return Report(console, stats.error());
    const StopSignal stop;
    Progress progress(console);
    auto survey = TakeSurvey(**store, console.now, [&](std::uint64_t records) {
      progress.Show("records", records, std::max(records, stats->records));
      return !stop.requested();
    });
    progress.Clear();
    if (!survey.has_value()) return Report(console, survey.error());
    const Of of{(*store)->Traits(), *stats, MarkerOf(**store), *survey};
    common.json ? PrintJson(console, of) : Print(console, of);
    if (survey->broken == 0) return Exit::yes;
    return Report(console, Error{Errc::not_found, Counted(survey->broken, "record is", "records are") + " damaged"},
                  "larder dump shows them as broken; the next refresh makes them anew");
  }

 private:
  struct Of {
    StoreTraits traits;
    const StoreStats& stats;
    std::optional<StoreMarker> marker;  // embedded stores have one
    const Survey& survey;
  };

  std::size_t Shown(const Survey& survey) const {
    const std::size_t limit = limit_.value_or(kShownRepositories);
    return limit == 0 ? survey.repositories.size() : std::min(limit, survey.repositories.size());
  }

  void Print(const Console& console, const Of& of) const {
    auto& out = *console.out;
    const Survey& survey = of.survey;
    const auto total = survey.total();
    out << of.traits.engine << ": " << Counted(total.records, "record", "records") << ", " << Bytes(total.bytes)
        << "; on disk or in memory " << Bytes(of.stats.file_bytes);
    if (of.stats.max_bytes > 0) out << " of at most " << Bytes(of.stats.max_bytes);
    out << '\n';
    if (of.marker.has_value()) {
      out << "format " << of.marker->format << ", made " << Relative(of.marker->created, console.now) << ", collected "
          << Relative(of.marker->last_collect, console.now) << '\n';
    }
    out << '\n';
    PrintKinds(console, survey);
    out << '\n';
    for (const auto status : kStatuses) {
      if (status != EntryStatus::image) out << ", ";
      out << Thousands(survey.statuses[static_cast<std::size_t>(status)]) << ' ' << EntryStatusName(status);
    }
    out << '\n'
        << Thousands(survey.unlisted) << " no longer listed; " << Counted(survey.expired, "record", "records")
        << " expired\n";
    PrintRepositories(console, survey);
    Draw(console, "Next check", survey.deadlines);
    Draw(console, "Last checked (age of the answer)", survey.checked);
    Draw(console, "Created (age of the image)", survey.created);
    PrintEngine(console, of.stats);
  }

  static void PrintKinds(const Console& console, const Survey& survey) {
    Table table(
        {{"KIND"}, {"RECORDS", Table::Align::right}, {"BYTES", Table::Align::right}, {"MEAN", Table::Align::right}});
    for (std::size_t kind = 0; kind < survey.kinds.size(); ++kind) {
      const auto& sum = survey.kinds[kind];
      if (sum.records == 0) continue;
      table.Add({std::string(RecordKindName(static_cast<RecordKind>(kind))), Thousands(sum.records), Bytes(sum.bytes),
                 Bytes(sum.bytes / sum.records)});
    }
    table.Print(console);
  }

  void PrintRepositories(const Console& console, const Survey& survey) const {
    if (survey.repositories.empty()) return;
    *console.out << '\n';
    Table table({{"REPOSITORY", Table::Align::left, true, true},
                 {"TAGS", Table::Align::right},
                 {"IMAGES", Table::Align::right},
                 {"BYTES", Table::Align::right}});
    const std::size_t shown = Shown(survey);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& repository = survey.repositories[i];
      table.Add({repository.name.empty() ? "(no state)" : repository.name, Thousands(repository.tags),
                 Thousands(repository.images.records), Bytes(repository.bytes)});
    }
    table.Print(console);
    if (shown < survey.repositories.size()) {
      *console.out << "... and " << Counted(survey.repositories.size() - shown, "repository", "repositories")
                   << " more\n";
    }
  }

  static void Draw(const Console& console, std::string_view title, const Histogram& histogram) {
    if (histogram.total() == 0) return;
    *console.out << '\n' << title << '\n';
    histogram.Print(console);
  }

  static void PrintEngine(const Console& console, const StoreStats& stats) {
    *console.out << "\nEngine\n";
    std::size_t width = 0;
    for (const auto& [name, value] : stats.engine) width = std::max(width, name.size());
    for (const auto& [name, value] : stats.engine) {
      *console.out << "  " << name << std::string(width - name.size() + 2, ' ') << value << '\n';
    }
  }

  void PrintJson(const Console& console, const Of& of) const {
    std::string text;
    JsonWriter json(text, JsonWriter::Style::indented);
    const Survey& survey = of.survey;
    json.Object();
    json.Text("Engine", of.traits.engine);
    const auto total = survey.total();
    json.Number("Records", total.records);
    json.Number("Bytes", total.bytes);
    json.Number("FileBytes", of.stats.file_bytes);
    json.Number("LiveBytes", of.stats.live_bytes);
    json.NumberIf("MaxBytes", of.stats.max_bytes);
    json.Number("Evictions", of.stats.evictions);
    if (of.marker.has_value()) {
      json.Number("Format", of.marker->format);
      json.TimeIf("Created", of.marker->created);
      json.TimeIf("LastCollect", of.marker->last_collect);
    }
    WriteSurvey(json, survey);
    json.Object("EngineFigures");
    for (const auto& [name, value] : of.stats.engine) json.Text(name, value);
    json.End();
    json.End();
    *console.out << text << '\n';
  }

  void WriteSurvey(JsonWriter& json, const Survey& survey) const {
    json.Number("Broken", survey.broken);
    json.Number("Expired", survey.expired);
    json.Number("Unlisted", survey.unlisted);
    json.Object("Kinds");
    for (std::size_t kind = 1; kind < survey.kinds.size(); ++kind) {
      json.Object(RecordKindName(static_cast<RecordKind>(kind)));
      json.Number("Records", survey.kinds[kind].records);
      json.Number("Bytes", survey.kinds[kind].bytes);
      json.End();
    }
    json.End();
    json.Object("Statuses");
    for (const auto status : kStatuses) {
      json.Number(EntryStatusName(status), survey.statuses[static_cast<std::size_t>(status)]);
    }
    json.End();
    json.Number("RepositoryCount", survey.repositories.size());
    json.Array("Repositories");
    for (std::size_t i = 0; i < Shown(survey); ++i) {
      const auto& repository = survey.repositories[i];
      json.Object();
      json.Text("Name", repository.name);
      json.Number("Tags", repository.tags);
      json.Number("Images", repository.images.records);
      json.Number("Bytes", repository.bytes);
      json.End();
    }
    json.End();
    survey.deadlines.Write(json, "NextChecks");
    survey.checked.Write(json, "LastChecked");
    survey.created.Write(json, "ImagesCreated");
  }

  std::optional<std::size_t> limit_;
};

}  // namespace

std::unique_ptr<Command> MakeStats(Options& options) { return std::make_unique<Stats>(options); }

}  // namespace larder::tool
