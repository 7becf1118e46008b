// Records that a stranger wrote, with checksums that are right (memcached is an open network service): whole records of
// ours with some of their bytes changed, and payloads of anything. They are read or refused; an image that is read can
// be written again, and reads the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "larder/host_record.h"
#include "larder/image_view.h"
#include "larder/manifest_record.h"
#include "larder/repository_record.h"

namespace {

using namespace larder;

using Bytes = std::vector<std::byte>;

void Require(bool holds) {
  if (!holds) std::abort();
}

const Digest kDigest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
constexpr std::string_view kName = "ghcr.io/team/app";
constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

void ReadImage(const Key& key, std::span<const std::byte> bytes) {
  const auto span = ImageSpan::Make(key, bytes);
  RecordBuf buffer;
  buffer.Assign(bytes);
  const auto view = ImageView::Make(key, std::move(buffer));
  Require(span.has_value() == view.has_value());
  if (!span.has_value()) return;
  const ImageRecord record = span->ToRecord();
  view->VisitLabels([&](std::string_view name, std::string_view) { Require(view->label(name).has_value()); });
  view->ToEntry();
  if (!ImageName::Parse(span->name()).has_value()) return;  // it would be written under another name
  const auto written = BuildImageRecord(record);
  if (!written.has_value()) return;
  const auto again = ImageSpan::Make(KeyOf(record), *written);
  Require(again.has_value());
  Require(again->digest() == span->digest() && again->status() == span->status());
}

struct Sample {
  Key key;
  Bytes bytes;
  std::function<void(const Key&, std::span<const std::byte>)> read;
};

Bytes ImageBytes(EntryStatus status) {
  ImageRecord record;
  record.status = status;
  record.info.id = ImageRef::Parse(std::string(kName) + ":v1").value();
  record.info.digest = kDigest;
  record.info.image_id = kDigest.ToString();
  record.info.created_at = Timestamp(1'700'000'000, 1);
  record.info.platform = Platform::Parse("linux/amd64").value();
  record.info.labels = {{"org.opencontainers.image.version", "v1"}, {"team", "a"}};
  record.excluded_reason = status == EntryStatus::excluded ? "it is a signature" : "";
  record.last_error = status == EntryStatus::failed ? "503" : "";
  record.expiry = kNow;
  return BuildImageRecord(record).value();
}

Bytes ManifestBytes(bool index) {
  ManifestFacts facts;
  facts.digest = kDigest;
  if (index) {
    facts.kind = ManifestKind::oci_index;
    facts.children.resize(2);
    facts.children[0].digest = kDigest;
    facts.children[1].digest = Digest::Parse("sha512:" + std::string(128, 'b')).value();
  } else {
    facts.image_id = kDigest.ToString();
    facts.labels = {{"maintainer", "a"}, {"b", "c"}};
  }
  return BuildManifestRecord(facts, kNow).value();
}

std::vector<Sample> MakeSamples() {
  const auto image = [](const Key& key, std::span<const std::byte> bytes) { ReadImage(key, bytes); };
  const auto manifest = [](const Key& key, std::span<const std::byte> bytes) {
    if (const auto facts = ReadManifestRecord(key, bytes); facts.has_value()) {
      Require(Key::Manifest(facts->digest) == key);
    }
  };
  std::vector<Sample> samples;
  for (const auto status : {EntryStatus::image, EntryStatus::excluded, EntryStatus::failed}) {
    samples.push_back({Key::Image(kName, "v1"), ImageBytes(status), image});
  }
  for (const bool index : {false, true}) samples.push_back({Key::Manifest(kDigest), ManifestBytes(index), manifest});
  RepositoryRecord repository;
  repository.name = ImageName::Parse(kName).value();
  repository.last_error = "503";
  samples.push_back(
      {KeyOf(repository), BuildRepositoryRecord(repository).value(),
       [](const Key& key, std::span<const std::byte> bytes) { (void)ReadRepositoryRecord(key, "", bytes); }});
  WriteBatch blocks;
  const std::vector<std::string> tags = {"v1", "v2", "latest"};
  Require(PutTagBlocks(blocks, kName, 1, tags, kNow).has_value());
  samples.push_back({blocks.ops().front().key, blocks.ops().front().record,
                     [](const Key& key, std::span<const std::byte> bytes) { (void)ReadTagBlock(key, "", bytes); }});
  HostRecord host;
  host.host = "ghcr.io";
  host.remaining = 5;
  samples.push_back({Key::Host(host.host), BuildHostRecord(host).value(),
                     [](const Key& key, std::span<const std::byte> bytes) { (void)ReadHostRecord(key, bytes); }});
  const LeaseRecord lease{.name = std::string(kName), .owner = "a", .expiry = kNow};
  samples.push_back({Key::Lease(kName), BuildLeaseRecord(lease).value(),
                     [](const Key& key, std::span<const std::byte> bytes) { (void)ReadLeaseRecord(key, bytes); }});
  return samples;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Sample> samples = MakeSamples();
  if (size < 2) return 0;
  const Sample& sample = samples[data[0] % samples.size()];
  const bool anything = (data[1] & 1) != 0;
  const std::span input(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  const auto header = ReadHeader(sample.key, sample.bytes);
  const auto whole = PayloadOf(sample.bytes);
  Bytes payload(whole.begin(), whole.end());
  if (anything) {
    payload.assign(input.begin(), input.end());
  } else {
    // Threes of bytes: where, in little-endian order, and what to change there.
    for (std::size_t i = 0; i + 3 <= input.size(); i += 3) {
      const auto at = std::to_integer<std::size_t>(input[i]) | std::to_integer<std::size_t>(input[i + 1]) << 8;
      payload[at % payload.size()] ^= input[i + 2];
    }
  }
  const auto record = MakeRecord(sample.key, *header, payload);
  if (record.has_value()) sample.read(sample.key, *record);
  return 0;
}
