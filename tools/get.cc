#include <optional>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "fetching.h"
#include "larder/cache.h"
#include "larder/label_timestamps.h"
#include "record_json.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

class Get final : public Command {
 public:
  explicit Get(Options& options) {
    options.Argument("ref", ref_, "REF", "An image: name:tag, or name@sha256:... for what is known of a digest");
    options.Flag("--fetch", fetch_, "Ask the registry now, before answering");
    options.Values("--use-labels", globs_, "GLOB", "Take created from the labels, for names that match the glob");
    options.Footer(
        "Answers from the store alone, unless --fetch is given.\n"
        "Exit code 1: it is not there, or excluded; the reason is on standard error.");
    fetching_.AddOptions(options);
  }

  Exit Run(const Console& console, const Common& common) override {
    auto ref = ImageRef::Parse(ref_);
    if (!ref.has_value()) return Report(console, ref.error());
    if (fetch_ && ref->tag().empty() && !ref->digest().empty()) {
      return Report(console, Error{Errc::invalid_argument, "--fetch asks for a tag; " + ref_ + " names a digest"},
                    "larder refresh " + ref->name().ToString() + " asks for the whole repository");
    }
    auto store = OpenForCommand(console, common, fetch_ ? StoreUse::write : StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    std::optional<Exit> refused;
    if (fetch_) {
      auto fetched = Fetch(console, **store, *ref);
      if (!fetched.has_value()) return Report(console, fetched.error());
      refused = *fetched;
    }
    return ref->tag().empty() && !ref->digest().empty() ? ByDigest(console, common, **store, *ref)
                                                        : ByTag(console, common, **store, *ref, refused);
  }

 private:
  // What the registry's refusal is worth as an exit code; nullopt where it answered well. It is reported, and what the
  // store has is still shown, where it has something.
  Result<std::optional<Exit>> Fetch(const Console& console, Store& store, const ImageRef& ref) {
    LARDER_ASSIGN_OR_RETURN(auto session, fetching_.Start(console, store));
    RefreshRequest request;
    request.ref = ImageRef(ref.name(), ref.TagOrLatest());
    const auto report = session->refresher().RefreshNow(std::move(request)).get();
    if (!report.error.has_value()) return std::optional<Exit>();
    return std::optional(Report(console, *report.error));
  }

  Exit ByTag(const Console& console, const Common& common, Store& store, const ImageRef& ref,
             std::optional<Exit> refused) {
    Cache cache(store);
    auto entry = cache.Entry(ref, console.now);
    if (!entry.has_value() && refused.has_value()) return *refused;
    if (!entry.has_value()) {
      if (entry.error().code == Errc::not_found) {
        return Report(console, Error{Errc::not_found, ref.ToString() + " is not in the cache"},
                      "larder get --fetch " + ref.ToString() + " asks the registry");
      }
      return Report(console, entry.error());
    }
    ImageRecord record = entry->ToRecord();
    record.info.id = ImageRef(ref.name(), ref.TagOrLatest());
    if (NameMatches(globs_, ref.name().Canonical())) UseLabelTimestamp(record.info);
    if (common.json) {
      PrintImage(console, record);
    } else if (entry->status() == EntryStatus::image) {
      Print(console, record);
    }
    if (auto image = cache.Image(ref, console.now); !image.has_value()) {
      return refused.has_value() ? *refused : Report(console, image.error());
    }
    return Exit::yes;
  }

  Exit ByDigest(const Console& console, const Common& common, Store& store, const ImageRef& ref) {
    CacheOptions options;
    options.platforms = fetching_.platforms();
    Cache cache(store, options);
    auto info = cache.GetImage(ref);
    if (!info.has_value()) {
      if (info.error().code != Errc::not_found) return Report(console, info.error());
      return Report(console, Error{Errc::not_found, ref.ToString() + ": nothing is known of that digest"},
                    "facts by digest come with the tags that point at them: larder refresh " + ref.name().ToString());
    }
    ImageRecord record;
    record.status = EntryStatus::image;
    record.info = std::move(*info);
    if (common.json) {
      PrintImage(console, record);
    } else {
      Print(console, record);
    }
    return Exit::yes;
  }

  static void PrintImage(const Console& console, const ImageRecord& record) {
    std::string text;
    JsonWriter json(text, JsonWriter::Style::indented);
    json.Object();
    WriteImage(json, record);
    json.End();
    *console.out << text << '\n';
  }

  static void Line(const Console& console, std::string_view name, const std::string& value) {
    constexpr std::size_t kColumn = 12;
    if (value.empty()) return;
    std::string title(name);
    title.resize(kColumn, ' ');
    *console.out << title << Clean(value) << '\n';
  }

  static void Print(const Console& console, const ImageRecord& record) {
    const ImageInfo& info = record.info;
    Line(console, "image", info.id.ToString());
    Line(console, "digest", info.digest.ToString());
    if (info.platform_digest != info.digest) Line(console, "manifest", info.platform_digest.ToString());
    Line(console, "image id", info.image_id);
    Line(console, "platform", info.platform.ToString());
    if (!info.created_at.IsNone()) {
      Line(console, "created", FormatTimestamp(info.created_at) + "  (" + Relative(info.created_at, console.now) + ")");
    }
    if (info.last_fetched != Time{}) {
      Line(console, "checked",
           Relative(info.last_fetched, console.now) + ", next " + Relative(record.deadline, console.now));
    }
    Line(console, "last error", record.last_error);
    for (const auto& [name, value] : info.labels) Line(console, "label", name + " = " + value);
  }

  std::string ref_;
  bool fetch_ = false;
  std::vector<std::string> globs_;
  Fetching fetching_;
};

}  // namespace

std::unique_ptr<Command> MakeGet(Options& options) { return std::make_unique<Get>(options); }

}  // namespace larder::tool
