#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "commands.h"
#include "failure.h"
#include "image_json.h"
#include "larder/cache.h"
#include "larder/scan.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

constexpr std::size_t kBatch = 512;

// The keys of what is known of a repository, of one tag, or of a digest.
class Forgetting {
 public:
  Forgetting(Store& store, bool facts) : store_(store), facts_(facts) {}

  Result<void> Add(const ImageRef& ref) {
    const std::string name = ref.name().Canonical();
    if (!ref.digest().empty()) candidates_.insert(Key::Manifest(ref.digest()));
    if (!ref.tag().empty()) {
      candidates_.insert(Key::Image(name, ref.tag()));
    } else if (ref.digest().empty()) {
      LARDER_RETURN_IF_ERROR(store_.Traits().ordered ? ByRange(name) : ByListing(ref.name()));
    }
    return {};
  }

  // What is there of all that was added, facts of its images included.
  Result<std::vector<Key>> Keys() {
    std::set<Key> found;
    LARDER_RETURN_IF_ERROR(Look(candidates_, found));
    LARDER_RETURN_IF_ERROR(Look(of_images_, found));
    return std::vector<Key>(found.begin(), found.end());
  }

 private:
  Result<void> ByRange(const std::string& name) {
    for (const auto kind : {RecordKind::repository, RecordKind::tags, RecordKind::image}) {
      Reader::ScanOptions options;
      options.range = KeyRange::OfRepository(kind, name);
      options.headers_only = true;
      LARDER_RETURN_IF_ERROR(ScanStore(store_, options, [&](const Key& key, std::span<const std::byte>) {
        candidates_.insert(key);
        return ScanAction::go_on;
      }));
    }
    return {};
  }

  // Where the engine has no order the listing says which keys there may be.
  Result<void> ByListing(const ImageName& name) {
    const std::string canonical = name.Canonical();
    const Cache cache(store_);
    candidates_.insert(Key::Repository(canonical));
    const auto view = cache.Repository(name, Time{});
    if (!view.has_value())
      return view.error().code == Errc::unavailable ? std::unexpected(view.error()) : Result<void>();
    for (std::uint32_t i = 0; i < view->state().blocks; ++i) {
      candidates_.insert(Key::TagBlock(canonical, view->state().generation, i));
    }
    LARDER_ASSIGN_OR_RETURN(const auto list, view->Tags());
    for (const auto& tag : list.tags) candidates_.insert(Key::Image(canonical, tag));
    return {};
  }

  Result<void> Look(const std::set<Key>& wanted, std::set<Key>& found) {
    const std::vector<Key> keys(wanted.begin(), wanted.end());
    return GetFoundFromStore(store_, keys, [&](std::size_t i, std::span<const std::byte> record) {
      found.insert(keys[i]);
      if (facts_ && keys[i].kind() == RecordKind::image) NoteFacts(keys[i], record);
    });
  }

  void NoteFacts(const Key& key, std::span<const std::byte> record) {
    const auto image = ImageSpan::Make(key, record);
    if (!image.has_value()) return;
    const ImageInfo info = image->ToInfo();
    for (const auto& digest : {info.digest, info.platform_digest}) {
      if (!digest.empty()) of_images_.insert(Key::Manifest(digest));
    }
  }

  Store& store_;
  bool facts_;
  std::set<Key> candidates_;
  std::set<Key> of_images_;
};

class Forget final : public Command {
 public:
  explicit Forget(Options& options) {
    options.Arguments("refs", refs_, "REPO|REF",
                      "Repositories (all that is known of them), or images (that tag alone)");
    options.Flag("--dry-run", dry_run_, "Count what would be removed, and remove nothing");
    options.Flag("--keep-facts", keep_facts_,
                 "Keep the facts by digest, which do not change: the next refresh asks less");
    options.Footer(
        "Removes records so that the next refresh fetches them anew. Facts by digest that other repositories use too\n"
        "are fetched again when they are needed.\n"
        "Exit code 1: nothing is known of what is named.");
  }

  Exit Run(const Console& console, const Common& common) override {
    std::vector<ImageRef> refs;
    for (const auto& text : refs_) {
      auto ref = ImageRef::Parse(text);
      if (!ref.has_value()) return Report(console, ref.error());
      refs.push_back(std::move(*ref));
    }
    auto store = OpenForCommand(console, common, dry_run_ ? StoreUse::read : StoreUse::write);
    if (!store.has_value()) return ReportStore(console, store.error());
    Forgetting forgetting(**store, !keep_facts_);
    for (const auto& ref : refs) {
      if (auto added = forgetting.Add(ref); !added.has_value()) return Report(console, added.error());
    }
    auto keys = forgetting.Keys();
    if (!keys.has_value()) return Report(console, keys.error());
    if (!dry_run_) {
      if (auto removed = Remove(**store, *keys, console.now); !removed.has_value()) {
        return Report(console, removed.error(), "what was removed stays removed; run it again for the rest");
      }
    }
    Tell(console, common, *keys);
    return keys->empty() ? Exit::no : Exit::yes;
  }

 private:
  static Result<void> Remove(Store& store, const std::vector<Key>& keys, Time now) {
    for (std::size_t from = 0; from < keys.size(); from += kBatch) {
      WriteBatch batch;
      for (std::size_t i = from; i < std::min(from + kBatch, keys.size()); ++i) batch.Remove(keys[i]);
      LARDER_ASSIGN_OR_RETURN(const auto results, store.Write(batch, WriteOptions{now}));
      for (const auto& result : results) LARDER_RETURN_IF_ERROR(result);
    }
    return store.Flush();
  }

  void Tell(const Console& console, const Common& common, const std::vector<Key>& keys) const {
    std::map<RecordKind, std::uint64_t> kinds;
    for (const auto& key : keys) ++kinds[key.kind()];
    if (common.json) {
      Json json;
      json["Removed"] = keys.size();
      json["Kinds"] = Json::object();
      for (const auto& [kind, count] : kinds) json["Kinds"][std::string(RecordKindName(kind))] = count;
      json["DryRun"] = dry_run_;
      *console.out << Pretty(json);
      return;
    }
    if (keys.empty()) {
      *console.err << "larder: nothing is known of " << refs_.front() << (refs_.size() > 1 ? " and the others" : "")
                   << "\n  larder list shows what there is\n";
      return;
    }
    if (console.quiet) return;
    std::string text;
    for (const auto& [kind, count] : kinds) {
      text += (text.empty() ? "" : ", ") + Thousands(count) + " " + std::string(RecordKindName(kind));
    }
    *console.out << Counted(keys.size(), "record", "records") << (dry_run_ ? " would be removed (" : " removed (")
                 << text << ")\n";
  }

  std::vector<std::string> refs_;
  bool dry_run_ = false;
  bool keep_facts_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeForget(Options& options) { return std::make_unique<Forget>(options); }

}  // namespace larder::tool
