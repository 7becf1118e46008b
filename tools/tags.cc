#include <algorithm>
#include <map>
#include <optional>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "larder/cache.h"
#include "larder/label_timestamps.h"
#include "larder/sort.h"
#include "record_json.h"
#include "store_path.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

class Tags final : public Command {
 public:
  explicit Tags(Options& options) {
    options.Argument("repository", repository_, "REPO", "A repository: name without a tag");
    options.Number("--limit", limit_, "N", "Show so many tags (default: all)");
    options.Choice("--sort", order_, {"created", "name", "semver"},
                   "created (newest first), name, or semver (highest first)");
    options.Values("--use-labels", globs_, "GLOB", "Take created from the labels, for names that match the glob");
    options.Footer("Exit code 1: the repository is not known, or not complete yet.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto ref = ImageRef::Parse(repository_);
    if (!ref.has_value()) return Report(console, ref.error());
    if (!ref->tag().empty() || !ref->digest().empty()) {
      return Report(console, Error{Errc::invalid_argument, repository_ + " names one image"},
                    "larder get " + repository_ + " shows it; tags takes " + ref->name().ToString());
    }
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    Cache cache(**store);
    auto view = cache.Repository(ref->name(), console.now);
    if (!view.has_value()) {
      if (view.error().code != Errc::not_found) return Report(console, view.error());
      return Report(console, Error{Errc::not_found, repository_ + " is not in the cache"},
                    "larder refresh " + repository_ + " asks the registry");
    }
    auto metadata = view->ToMetadata();
    if (!metadata.has_value()) return Report(console, metadata.error());
    auto entries = Collect(*view, *metadata);
    if (!entries.has_value()) return Report(console, entries.error());
    Sort(*entries);
    const std::size_t total = entries->size();
    if (limit_.has_value()) entries->resize(std::min(total, *limit_));
    if (common.json) {
      PrintJson(console, *metadata, *entries);
    } else {
      PrintTable(console, *metadata, *entries, total);
    }
    return metadata->completeness == Completeness::complete ? Exit::yes : Exit::no;
  }

 private:
  // Every listed tag, with its record where there is one.
  Result<std::vector<ImageRecord>> Collect(const RepositoryView& view, const RepositoryMetadata& metadata) const {
    std::map<std::string, ImageRecord, std::less<>> known;
    LARDER_RETURN_IF_ERROR(view.VisitImages([&](const ImageSpan& image) {
      known.emplace(std::string(image.tag()), image.ToRecord());
      return ScanAction::go_on;
    }));
    const bool use_labels = NameMatches(globs_, view.name().Canonical());
    std::vector<ImageRecord> entries;
    entries.reserve(metadata.tags.size());
    for (const auto& tag : metadata.tags) {
      ImageRecord record;
      record.status = EntryStatus::pending;
      if (auto found = known.extract(tag); !found.empty()) record = std::move(found.mapped());
      record.info.id = ImageRef(view.name(), tag);
      if (use_labels) UseLabelTimestamp(record.info);
      entries.push_back(std::move(record));
    }
    return entries;
  }

  void Sort(std::vector<ImageRecord>& entries) const {
    const auto by = [&](auto newer) {
      std::sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) { return newer(a.info, b.info); });
    };
    if (order_ == "created") by(NewerByCreated);
    if (order_ == "semver") by(NewerBySemver);
    if (order_ == "name") by([](const ImageInfo& a, const ImageInfo& b) { return a.id.tag() < b.id.tag(); });
  }

  void PrintTable(const Console& console, const RepositoryMetadata& metadata, const std::vector<ImageRecord>& entries,
                  std::size_t total) const {
    *console.out << metadata.name.ToString() << ": " << CompletenessName(metadata.completeness) << ", "
                 << Counted(metadata.counts.tags, "tag", "tags") << ", listed "
                 << Relative(metadata.last_listed, console.now) << (metadata.stale ? ", stale" : "") << '\n';
    if (!metadata.last_error.empty()) *console.out << "last error: " << metadata.last_error << '\n';
    if (entries.empty()) return;
    Table table({{"TAG", Table::Align::left, true},
                 {"CREATED"},
                 {"DIGEST"},
                 {"PLATFORM"},
                 {"CHECKED"},
                 {"NOTE", Table::Align::left, true}});
    for (const auto& record : entries) {
      table.Add({record.info.id.tag(), Relative(record.info.created_at, console.now),
                 ShortDigest(record.info.digest.ToString()), record.info.platform.ToString(),
                 record.info.last_fetched == Time{} ? "-" : Relative(record.info.last_fetched, console.now),
                 NoteOf(record)});
    }
    table.Print(console);
    if (entries.size() < total && !console.quiet) {
      *console.out << "... and " << Counted(total - entries.size(), "more tag", "more tags") << '\n';
    }
  }

  static void PrintJson(const Console& console, const RepositoryMetadata& metadata,
                        const std::vector<ImageRecord>& entries) {
    std::string text;
    JsonWriter json(text, JsonWriter::Style::indented);
    json.Object();
    json.Text("Name", metadata.name.ToString());
    json.Text("State", CompletenessName(metadata.completeness));
    json.Bool("Stale", metadata.stale);
    json.Number("Tags", metadata.counts.tags);
    json.Number("Known", metadata.counts.known);
    json.Number("Pending", metadata.counts.pending);
    json.Number("Failing", metadata.counts.failing);
    json.TimeIf("LastListed", metadata.last_listed);
    json.TextIf("LastError", metadata.last_error);
    json.Array("Images");
    for (const auto& record : entries) {
      json.Object();
      WriteImage(json, record);
      json.End();
    }
    json.End();
    json.End();
    *console.out << text << '\n';
  }

  std::string repository_;
  std::optional<std::size_t> limit_;
  std::string order_ = "created";
  std::vector<std::string> globs_;
};

}  // namespace

std::unique_ptr<Command> MakeTags(Options& options) { return std::make_unique<Tags>(options); }

}  // namespace larder::tool
