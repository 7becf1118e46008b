#include <optional>
#include <ostream>

#include "any_record.h"
#include "commands.h"
#include "failure.h"
#include "larder/refresh_rules.h"
#include "record_json.h"
#include "record_lines.h"
#include "rules_text.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

// What the store holds about one tag.
struct Known {
  std::optional<AnyRecord> image, repository, host, lease;
};

template <class T>
const T* As(const std::optional<AnyRecord>& record) {
  return record.has_value() ? std::get_if<T>(&record->value) : nullptr;
}

class Story {
 public:
  Story(const ImageRef& ref, const Known& known, Time now) : ref_(ref), known_(known), now_(now) {}

  std::vector<std::string> Tell() {
    const auto* image = As<ImageRecord>(known_.image);
    if (image == nullptr) {
      Say("Nothing is stored of " + ref_.ToString() + ".");
    } else {
      TellWhatItIs(*image);
      TellAsked(*image);
      TellTrouble(*image);
      TellNext(*image);
    }
    TellRepository();
    TellHost();
    return std::move(sentences_);
  }

 private:
  void Say(std::string sentence) { sentences_.push_back(std::move(sentence)); }

  void TellWhatItIs(const ImageRecord& image) {
    const std::string name = ref_.ToString();
    switch (image.status) {
      case EntryStatus::image: {
        std::string text = name + " is " + image.info.digest.ToString();
        if (!image.info.platform.empty()) text += ", for " + image.info.platform.ToString();
        if (!image.info.created_at.IsNone()) text += ", made " + WithRelative(image.info.created_at, now_);
        Say(text + ".");
        break;
      }
      case EntryStatus::excluded:
        Say(name + " is excluded: " + image.excluded_reason + ". Readers get that as the reason.");
        break;
      case EntryStatus::missing:
        Say("The registry lists " + name + ", and answered twice that there is no such image.");
        break;
      case EntryStatus::pending:
        Say("The digest of " + name + " is known, " + image.info.digest.ToString() +
            ", but not what it is: pulls are limited, or the registry did not answer.");
        break;
      case EntryStatus::failed:
        Say(name + " was never answered well.");
        break;
    }
    if (!IsLive(known_.image->header, now_)) {
      Say("This is expired since " + WithRelative(known_.image->header.expiry, now_) + ": readers do not see it.");
    }
  }

  void TellAsked(const ImageRecord& image) {
    if (!image.info.first_seen.IsNone()) Say("It was first seen " + WithRelative(image.info.first_seen, now_) + ".");
    if (image.info.last_fetched == Time{}) {
      Say("The registry never answered for it.");
      return;
    }
    std::string text = "The registry last answered for it " + WithRelative(image.info.last_fetched, now_);
    if (image.status == EntryStatus::image && image.interval > kMaxInitialRefresh) {
      text += ": the same digest as before, for so long that it is asked only every " + Span(image.interval);
    } else if (image.status == EntryStatus::image && image.interval < kInitialRefresh) {
      text += ": it moved lately, and is asked every " + Span(image.interval);
    } else if (image.interval != Duration(0)) {
      text += "; it is asked every " + Span(image.interval);
    }
    Say(text + ".");
    if (!image.announced.empty()) {
      Say("The registry announces another digest than that of the bytes: " + image.announced + ".");
    }
  }

  void TellTrouble(const ImageRecord& image) {
    if (image.failures > 0) {
      Say("The last " + Counted(image.failures, "attempt", "attempts") + " failed: " + image.last_error + ".");
    } else if (!image.last_error.empty()) {
      Say("The last attempt failed, and the tag is not to blame: " + image.last_error + ".");
    }
    if (image.gone_since != Time{}) {
      Say("It looks removed since " + WithRelative(image.gone_since, now_) +
          (image.failures > 0 ? ": the registry answered that it is not there." : ": the listing lacks it."));
    }
    if (image.status == EntryStatus::image && (image.failures > 0 || !image.last_error.empty())) {
      Say("What was known before is kept and served.");
    }
  }

  void TellNext(const ImageRecord& image) {
    const bool due = IsDue(image.deadline, now_);
    Say((due ? "It is due since " : "It is asked again at ") + WithRelative(image.deadline, now_) + ": " +
        WhyDue(*known_.image, now_) + ".");
    for (const auto& step : NextSteps(*known_.image, now_)) Say("  If then: " + step.seen + " - " + step.follows + ".");
  }

  void TellRepository() {
    const auto* state = As<RepositoryRecord>(known_.repository);
    const std::string name = ref_.name().ToString();
    if (state == nullptr) {
      Say(name + " was never listed into this store: no refresher was asked for it.");
      return;
    }
    if (state->last_listed == Time{}) {
      Say(name + " was never listed to the end.");
    } else {
      Say(name + " was last listed " + WithRelative(state->last_listed, now_) + ": " +
          Counted(state->counts.tags, "tag", "tags") + ", " + std::string(CompletenessName(CompletenessOf(*state))) +
          (IsStale(*state, now_) ? ", stale: no refresher runs, or it cannot list" : "") + ".");
    }
    if (!state->last_error.empty()) {
      Say("Listing it failed " + WithRelative(state->last_error_at, now_) + ": " + state->last_error + ".");
    }
    if (state->full) Say("The bound of the store keeps some of its tags out.");
    Say((IsDue(state->deadline, now_) ? "Its next listing is due since " : "It is listed again at ") +
        WithRelative(state->deadline, now_) + ".");
    if (const auto* lease = As<LeaseRecord>(known_.lease); lease != nullptr && lease->expiry > now_) {
      Say("Another refresher has it now: " + lease->owner + ".");
    }
  }

  void TellHost() {
    const auto* host = As<HostRecord>(known_.host);
    if (host == nullptr) return;
    if (host->ban_until > now_) {
      Say(host->host + " limits us: no request before " + WithRelative(host->ban_until, now_) + ".");
    }
    if (host->pull_ban_until > now_) {
      Say(host->host + " limits pulls: none before " + WithRelative(host->pull_ban_until, now_) + ".");
    }
    if (host->no_head_until > now_) {
      Say(host->host + " does not answer HEAD: GET is used until " + WithRelative(host->no_head_until, now_) + ".");
    }
  }

  const ImageRef& ref_;
  const Known& known_;
  Time now_;
  std::vector<std::string> sentences_;
};

class Explain final : public Command {
 public:
  explicit Explain(Options& options) {
    options.Argument("ref", ref_, "REF", "An image: name:tag (latest where there is no tag)");
    options.Footer(
        "From the store alone: what is known of the image, when it was asked for and is asked again, what went wrong.\n"
        "Exit code 1: nothing is known of it, or there is no image in it.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto parsed = ImageRef::Parse(ref_);
    if (!parsed.has_value()) return Report(console, parsed.error());
    if (parsed->tag().empty() && !parsed->digest().empty()) {
      return Report(console, Error{Errc::invalid_argument, ref_ + " names a digest, which never changes"},
                    "larder inspect " + ref_ + " shows what is known of it");
    }
    const ImageRef ref(parsed->name(), parsed->TagOrLatest());
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    const std::string name = ref.name().Canonical();
    Known known;
    const std::pair<Key, std::optional<AnyRecord>*> wanted[] = {{Key::Image(name, ref.tag()), &known.image},
                                                                {Key::Repository(name), &known.repository},
                                                                {Key::Host(ApiHostOf(ref.Registry())), &known.host},
                                                                {Key::Lease(name), &known.lease}};
    for (const auto& [key, into] : wanted) {
      RecordBuf buffer;
      auto got = (*store)->Get(key, buffer);
      if (!got.has_value() && got.error().code == Errc::not_found) continue;
      if (!got.has_value()) return Report(console, got.error());
      auto record = ReadAny(key, buffer.bytes());
      if (record.has_value()) {
        *into = std::move(*record);
      } else {
        *console.err << "larder: the " << RecordKindName(key.kind())
                     << " record is damaged, and is passed over: " << record.error().message << '\n';
      }
    }
    Tell(console, common, ref, known);
    const auto* image = As<ImageRecord>(known.image);
    if (image == nullptr && !console.quiet) *console.err << "  larder get --fetch " << ref_ << " asks the registry\n";
    return image != nullptr && image->status == EntryStatus::image ? Exit::yes : Exit::no;
  }

 private:
  static void Tell(const Console& console, const Common& common, const ImageRef& ref, const Known& known) {
    const auto sentences = Story(ref, known, console.now).Tell();
    if (!common.json) {
      for (const auto& sentence : sentences) *console.out << Clean(sentence) << '\n';
      return;
    }
    std::string text;
    JsonWriter json(text, JsonWriter::Style::indented);
    json.Object();
    json.Text("Ref", ref.ToString());
    json.Array("Story");
    for (const auto& sentence : sentences) json.Text({}, sentence);
    json.End();
    if (known.image.has_value()) WriteRecord(json, *known.image, console.now, "Image");
    if (known.repository.has_value()) WriteRecord(json, *known.repository, console.now, "Repository");
    if (known.host.has_value()) WriteRecord(json, *known.host, console.now, "Host");
    json.End();
    *console.out << text << '\n';
  }

  std::string ref_;
};

}  // namespace

std::unique_ptr<Command> MakeExplain(Options& options) { return std::make_unique<Explain>(options); }

}  // namespace larder::tool
