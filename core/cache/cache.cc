#include "larder/cache.h"

#include <mutex>
#include <unordered_set>

#include "larder/facts.h"
#include "larder/manifest_record.h"

namespace larder {
namespace {

// Keys whose fault was logged; beyond this many the log has said enough.
constexpr std::size_t kMaxLoggedFaults = 1024;

// "not there" in words, for whoever asks for one image and has to be told why there is none.
Error WhyNoImage(const ImageView& entry) {
  const std::string ref = std::string(entry.name()) + ":" + std::string(entry.tag());
  switch (entry.status()) {
    case EntryStatus::image:
      break;
    case EntryStatus::excluded:
      return Error{Errc::unsupported, ref + " is excluded: " + std::string(entry.excluded_reason())};
    case EntryStatus::missing:
      return Error{Errc::not_found, ref + ": the registry has no such image"};
    case EntryStatus::pending:
      return Error{Errc::unavailable, ref + ": its digest is known, its facts are not fetched yet"};
    case EntryStatus::failed:
      return Error{Errc::unavailable, ref + ": " + std::string(entry.last_error())};
  }
  return Error{Errc::unavailable, ref};
}

}  // namespace

struct Cache::Faults {
  std::atomic<std::uint64_t> count{0};
  std::mutex mutex;
  std::unordered_set<std::string> logged;

  // Every failed check reads as a miss.
  std::unexpected<Error> Note(const Log& log, const Key& key, const Error& error) {
    count.fetch_add(1, std::memory_order_relaxed);
    bool first = false;
    {
      const std::lock_guard lock(mutex);
      first = logged.size() < kMaxLoggedFaults && logged.insert(key.ToHex()).second;
    }
    if (first && log) {
      log(LogLevel::warning, "the " + std::string(RecordKindName(key.kind())) + " record " + key.ToHex() +
                                 " cannot be used and will be fetched again: " + error.ToString());
    }
    return Miss();
  }
};

Cache::Cache(Store& store, CacheOptions options)
    : store_(store), options_(std::move(options)), faults_(std::make_unique<Faults>()) {}

Cache::~Cache() = default;

std::uint64_t Cache::corrupt() const { return faults_->count.load(std::memory_order_relaxed); }

Result<void> Cache::Read(const ImageRef& ref, Time now, ImageView& view) const {
  // Nothing here allocates: not the name, not the tag, not a record of usual size. The record is copied once.
  const std::string_view tag = ref.tag().empty() && ref.digest().empty() ? std::string_view("latest") : ref.tag();
  const CanonicalName name(ref.name());
  const Key key = Key::Image(name.view(), tag);
  if (auto got = store_.Get(key, view.record_); !got.has_value()) return got;
  if (auto checked = view.Check(key, name.view(), tag); !checked.has_value()) {
    return faults_->Note(options_.log, key, checked.error());
  }
  if (!IsLive(view.header_, now)) return Miss();
  return {};
}

// In both, every return names the same variable, so that compilers make it in the caller's place.
Result<ImageView> Cache::Entry(const ImageRef& ref, Time now) const {
  Result<ImageView> view(std::in_place, ImageView::Unread{});
  if (auto read = Read(ref, now, *view); !read.has_value()) view = std::unexpected<Error>(std::move(read).error());
  return view;
}

Result<ImageView> Cache::Image(const ImageRef& ref, Time now) const {
  Result<ImageView> view(std::in_place, ImageView::Unread{});
  if (auto read = Read(ref, now, *view); !read.has_value()) {
    view = std::unexpected<Error>(std::move(read).error());
  } else if (view->status() != EntryStatus::image) {
    view = std::unexpected<Error>(WhyNoImage(*view));
  } else if (!ref.digest().empty() && view->digest() != ref.digest()) {
    view = Fail(Errc::not_found, ref.ToString() + ": the tag has moved to " + view->digest().ToString());
  }
  return view;
}

Result<RepositoryView> Cache::Repository(const ImageName& name, Time now) const {
  const CanonicalName canonical(name);
  const Key key = Key::Repository(canonical.view());
  RecordBuf buffer;
  if (auto got = store_.Get(key, buffer); !got.has_value()) return std::unexpected<Error>(std::move(got).error());
  auto state = ReadRepositoryRecord(name, canonical, key, buffer.bytes());
  if (!state.has_value()) return faults_->Note(options_.log, key, state.error());
  if (!IsLive(state->expiry, now)) return Miss();
  return RepositoryView(store_, std::move(*state), now);
}

Result<ManifestFacts> Cache::Manifest(const Digest& digest, Time now) const {
  const Key key = Key::Manifest(digest);
  RecordBuf buffer;
  if (auto got = store_.Get(key, buffer); !got.has_value()) return std::unexpected<Error>(std::move(got).error());
  auto facts = ReadManifestRecord(digest, buffer.bytes());
  if (!facts.has_value()) {
    if (facts.error().code == Errc::unsupported) return Miss();  // read by another release: fetched again
    return faults_->Note(options_.log, key, facts.error());
  }
  if (auto header = ReadHeader(key, buffer.bytes()); header.has_value() && !IsLive(*header, now)) return Miss();
  return facts;
}

Result<RepositoryMetadata> Cache::GetImageRepositoryMetadata(const ImageName& name) {
  auto view = Repository(name);
  if (!view.has_value()) {
    if (view.error().code != Errc::not_found) return std::unexpected<Error>(std::move(view).error());
    return Fail(Errc::not_found, std::string(kNoImageDataMessage));
  }
  auto metadata = view->ToMetadata();
  if (metadata.has_value() && metadata->completeness == Completeness::never_fetched) {
    std::string message(kNoImageDataMessage);
    if (!metadata->last_error.empty()) message += ": " + metadata->last_error;
    return Fail(Errc::not_found, std::move(message));
  }
  return metadata;
}

Result<ImageInfo> Cache::GetImage(const ImageRef& ref) {
  if (ref.tag().empty() && !ref.digest().empty()) {
    const Time now = CoarseNow();
    auto facts = Manifest(ref.digest(), now);
    if (!facts.has_value()) return std::unexpected<Error>(std::move(facts).error());
    return InfoFromFacts(ref, *facts, options_.platforms, [&](const Digest& digest) { return Manifest(digest, now); });
  }
  auto view = Image(ref);
  if (!view.has_value()) return std::unexpected<Error>(std::move(view).error());
  return view->ToInfo(ref.name());
}

}  // namespace larder
