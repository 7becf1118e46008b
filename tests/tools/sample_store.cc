#include "sample_store.h"

#include <algorithm>
#include <map>

#include "larder/facts.h"
#include "larder/host_record.h"
#include "larder/image_record.h"
#include "larder/manifest_record.h"
#include "larder/open_store.h"
#include "larder/refresh_rules.h"
#include "larder/repository_record.h"
#include "larder/samples.h"
#include "registry/config_document.h"
#include "registry/manifest_document.h"

namespace larder::tool {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Filler {
 public:
  Result<void> Add(const samples::SampleRepository& repository) {
    LARDER_ASSIGN_OR_RETURN(const auto name, ImageName::Parse(std::string(kSampleHost) + "/" + repository.name));
    ReadFacts(repository);
    RepositoryRecord state;
    state.name = name;
    std::vector<std::string> tags;
    for (const auto& tag : repository.tags) {
      tags.push_back(tag.tag);
      LARDER_RETURN_IF_ERROR(AddTag(ImageRef(name, tag.tag), tag.digest, state.counts));
    }
    std::sort(tags.begin(), tags.end());
    state.generation = 1;
    state.pages = 1;
    state.last_listed = kSampleNow - minutes(2 + repositories_);
    state.deadline = NextListing(kListInterval, name.Canonical(), state.last_listed);
    state.expiry = ExpiryFrom(state.last_listed);
    LARDER_ASSIGN_OR_RETURN(state.blocks, PutTagBlocks(batch_, name.Canonical(), 1, tags, state.expiry));
    LARDER_ASSIGN_OR_RETURN(auto bytes, BuildRepositoryRecord(state));
    batch_.Put(KeyOf(state), std::move(bytes));
    ++repositories_;
    return {};
  }

  Result<void> AddHost() {
    HostRecord host;
    host.host = kSampleHost;
    host.rate = 25;
    host.pull_ban_until = kSampleNow + hours(2);
    host.remaining = 3;
    host.limit = 200;
    host.window = hours(6);
    host.seen = kSampleNow - minutes(1);
    host.expiry = kSampleNow + hours(48);
    LARDER_ASSIGN_OR_RETURN(auto bytes, BuildHostRecord(host));
    batch_.Put(Key::Host(host.host), std::move(bytes));
    return {};
  }

  const WriteBatch& batch() const { return batch_; }

 private:
  void ReadFacts(const samples::SampleRepository& repository) {
    for (const auto& digest : repository.manifests) {
      const auto& blob = repository.blobs.at(digest);
      auto document = ReadManifest(blob.media_type, blob.bytes);
      if (!document.has_value()) continue;
      if (document->NeedsConfig()) {
        const auto config = repository.blobs.find(document->config);
        if (config == repository.blobs.end() || !ReadConfig(config->second.bytes, document->facts).has_value())
          continue;
      }
      if (facts_.emplace(digest, document->facts).second) {
        auto bytes = BuildManifestRecord(document->facts, kSampleNow + kManifestRetention);
        if (bytes.has_value()) batch_.Put(Key::Manifest(digest), std::move(*bytes));
      }
    }
  }

  Result<void> AddTag(const ImageRef& ref, const Digest& digest, RepositoryCounts& counts) {
    const auto find = [this](const Digest& wanted) -> Result<ManifestFacts> {
      const auto found = facts_.find(wanted);
      if (found == facts_.end()) return Miss();
      return found->second;
    };
    const std::size_t number = tags_++;
    const Time checked = kSampleNow - hours(number % 7) - minutes(number % 11);
    ImageRecord record;
    record.info.id = ref;
    TagSchedule had;
    had.interval = minutes(30) * (1U << (number % 10));
    const std::string canonical = ref.Canonical();
    TagSchedule schedule;
    auto outer = find(digest);
    auto info = outer.has_value() ? InfoFromFacts(ref, *outer, DefaultPlatforms(), find) : Fail(Errc::not_found);
    ++counts.tags;
    ++(outer.has_value() ? counts.known : counts.failing);
    if (info.has_value()) {
      record.status = EntryStatus::image;
      record.info = std::move(*info);
      schedule = AfterAnswer(had, number % 5 == 0, record.info.created_at, canonical, checked);
    } else if (outer.has_value()) {
      record.status = EntryStatus::excluded;
      record.excluded_reason = info.error().message;
      record.info.digest = digest;
      schedule = AfterExcluded(canonical, checked);
    } else {
      record.status = EntryStatus::failed;
      record.last_error = "the config of " + ref.tag() + " cannot be read";
      had.failures = 2;
      schedule = AfterTagFault(had, canonical, checked);
    }
    if (outer.has_value()) record.info.last_fetched = checked;
    record.info.first_seen = Timestamp::FromTime(kSampleNow - hours(24 * 20) - hours(number));
    record.interval = schedule.interval;
    record.failures = schedule.failures;
    record.deadline = schedule.deadline;
    record.expiry = schedule.expiry;
    LARDER_ASSIGN_OR_RETURN(auto bytes, BuildImageRecord(record));
    batch_.Put(KeyOf(record), std::move(bytes));
    return {};
  }

  WriteBatch batch_;
  std::map<Digest, ManifestFacts> facts_;
  std::size_t tags_ = 0;
  int repositories_ = 0;
};

}  // namespace

Result<void> FillWithSamples(const std::string& url) {
  Filler filler;
  for (const auto& repository : samples::MakeDemoRepositories()) LARDER_RETURN_IF_ERROR(filler.Add(repository));
  LARDER_RETURN_IF_ERROR(filler.AddHost());
  LARDER_ASSIGN_OR_RETURN(const auto store, OpenStore(url));
  WriteOptions options;
  options.now = kSampleNow;
  LARDER_ASSIGN_OR_RETURN(const auto results, store->Write(filler.batch(), options));
  for (const auto& result : results) LARDER_RETURN_IF_ERROR(Result<void>(result));
  return store->Flush();
}

}  // namespace larder::tool
