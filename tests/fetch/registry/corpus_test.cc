// Every document of the corpus through the readers: what INDEX.tsv says of it must be what they find.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <regex>
#include <string>
#include <vector>

#include "registry/config_document.h"
#include "registry/error_body.h"
#include "registry/manifest_document.h"
#include "registry/media_type.h"
#include "registry/tag_list.h"
#include "support/corpus.h"

namespace larder {
namespace {

using testing::CorpusEntries;
using testing::CorpusEntry;

class Corpus : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto dir = testing::CorpusDir();
    if (!dir.has_value()) GTEST_SKIP() << "skipped: no corpus";
    dir_ = *dir;
  }
  std::string Bytes(const CorpusEntry& entry) const { return testing::ReadFile(dir_ / entry.path); }
  std::filesystem::path dir_;
};

std::string MediaType(const CorpusEntry& entry) { return entry.media_type.substr(0, entry.media_type.find(' ')); }

// The first group of `pattern` in the entry's note; "" where it does not match.
std::string InNote(const CorpusEntry& entry, const char* pattern) {
  std::smatch match;
  return std::regex_search(entry.note, match, std::regex(pattern)) ? match[1].str() : std::string();
}

bool IsImageByNote(const CorpusEntry& entry) {
  if (entry.note.find("; artifactType") != std::string::npos) return false;
  if (!IsImageConfigType(InNote(entry, "; config ([^;]+)"))) return false;
  const std::string layers = InNote(entry, "layer types ([^;]+)");
  return layers.empty() || layers.find(".image.layer.") != std::string::npos ||
         layers.find(".image.rootfs.") != std::string::npos;
}

TEST_F(Corpus, ImageManifestsHaveTheirDigestAndConfig) {
  int images = 0;
  for (const std::string kind : {"schema2", "oci-manifest"}) {
    for (const CorpusEntry& entry : CorpusEntries(dir_, kind)) {
      SCOPED_TRACE(entry.path);
      const auto document = ReadManifest(MediaType(entry), Bytes(entry));
      if (entry.media_type == "type") {
        ASSERT_FALSE(document.has_value());
        EXPECT_EQ(document.error().code, Errc::unsupported);
        continue;
      }
      ASSERT_TRUE(document.has_value()) << document.error().message;
      EXPECT_EQ(document->facts.digest.ToString(), "sha256:" + entry.sha256);
      if (!IsImageByNote(entry)) {
        EXPECT_EQ(document->facts.kind, ManifestKind::artifact);
        EXPECT_THAT(document->facts.excluded_reason, ::testing::EndsWith("not an image"));
        EXPECT_FALSE(document->NeedsConfig());
        continue;
      }
      ++images;
      EXPECT_EQ(document->facts.kind, kind == "schema2" ? ManifestKind::schema2 : ManifestKind::oci_manifest);
      EXPECT_EQ(document->facts.excluded_reason, "");
      EXPECT_TRUE(document->NeedsConfig());
      EXPECT_EQ(document->facts.image_id, document->config.ToString());
    }
  }
  EXPECT_GT(images, 12);
}

TEST_F(Corpus, IndexesHaveAllTheirChildren) {
  for (const std::string kind : {"manifest-list", "oci-index"}) {
    for (const CorpusEntry& entry : CorpusEntries(dir_, kind)) {
      SCOPED_TRACE(entry.path);
      const auto document = ReadManifest(MediaType(entry), Bytes(entry));
      ASSERT_TRUE(document.has_value()) << document.error().message;
      EXPECT_EQ(document->facts.kind, kind == "oci-index" ? ManifestKind::oci_index : ManifestKind::manifest_list);
      EXPECT_EQ(document->facts.digest.ToString(), "sha256:" + entry.sha256);
      const bool repeated = entry.note.find("repeated digest") != std::string::npos;
      EXPECT_EQ(document->children.size(), std::stoul(InNote(entry, "^(\\d+) entries")) - (repeated ? 1 : 0));
      std::size_t unstated = 0;
      std::size_t attestations = 0;
      for (const ChildManifest& child : document->children) {
        unstated += child.platform.empty() ? 1 : 0;
        attestations += child.is_attestation ? 1 : 0;
        if (child.platform.empty()) continue;
        std::string platforms = InNote(entry, "platforms ([^;]+)");
        std::transform(platforms.begin(), platforms.end(), platforms.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        const bool cut = platforms.find("…") != std::string::npos;
        if (!cut) {
          EXPECT_THAT(platforms, ::testing::HasSubstr(child.platform.ToString()));
        }
      }
      const std::string without = InNote(entry, "(\\d+) without platform");
      EXPECT_EQ(unstated, without.empty() ? 0 : std::stoul(without));
      EXPECT_EQ(attestations > 0, entry.note.find("attestation entries") != std::string::npos);
    }
  }
}

TEST_F(Corpus, Schema1DigestsCoverTheSignedPayload) {
  for (const CorpusEntry& entry : CorpusEntries(dir_, "schema1")) {
    SCOPED_TRACE(entry.path);
    const auto document = ReadManifest(MediaType(entry), Bytes(entry));
    ASSERT_TRUE(document.has_value()) << document.error().message;
    EXPECT_EQ(document->facts.kind, ManifestKind::schema1);
    const std::string canonical = InNote(entry, "canonical digest (sha256:[0-9a-f]{64})");
    if (!canonical.empty()) {
      EXPECT_EQ(document->facts.digest.ToString(), canonical);
    }
    if (entry.note.starts_with("unsigned")) {
      EXPECT_EQ(document->facts.digest.ToString(), "sha256:" + entry.sha256);
    }
    EXPECT_FALSE(document->facts.created.IsNone());
    const std::string labels = InNote(entry, "; config.Labels=(\\d+)");
    if (!labels.empty()) {
      EXPECT_EQ(document->facts.labels.empty(), false);
    }
    if (labels == "1") {
      EXPECT_EQ(document->facts.labels.size(), 1u);
    }
  }
}

TEST_F(Corpus, ConfigsHaveTheirPlatformTimesAndLabels) {
  for (const CorpusEntry& entry : CorpusEntries(dir_, "config")) {
    SCOPED_TRACE(entry.path);
    ManifestFacts facts;
    const auto read = ReadConfig(Bytes(entry), facts);
    ASSERT_TRUE(read.has_value()) << read.error().message;
    std::string platform = InNote(entry, "^([^;]*);");
    platform = std::regex_replace(platform, std::regex("None"), "");
    const Platform& found = facts.platform;
    EXPECT_EQ(found.os + "/" + found.architecture + (found.variant.empty() ? "" : "/" + found.variant), platform);

    const std::string created = InNote(entry, "; created ([^;]+)");
    if (created == "null") {
      EXPECT_TRUE(facts.created.IsNone());
    } else {
      EXPECT_EQ(facts.created, *ParseTimestamp(created));
    }
    const std::string labels = InNote(entry, "; config.Labels=(\\d+)");
    if (!labels.empty() && !facts.labels_truncated) {
      EXPECT_EQ(facts.labels.size(), std::stoul(labels));
    }
    if (entry.note.find("org.label-schema.build-date=\"20181006\"") != std::string::npos) {
      EXPECT_EQ(facts.label_times.build_date, *ParseTimestamp("2018-10-06T00:00:00Z"));
    }
  }
}

TEST_F(Corpus, ArtifactManifestsAreExcludedWithTheirType) {
  for (const CorpusEntry& entry : CorpusEntries(dir_, "artifact-manifest")) {
    SCOPED_TRACE(entry.path);
    const auto document = ReadManifest(MediaType(entry), Bytes(entry));
    ASSERT_TRUE(document.has_value()) << document.error().message;
    EXPECT_EQ(document->facts.kind, ManifestKind::artifact);
    EXPECT_THAT(document->facts.excluded_reason, ::testing::StartsWith("an artifact"));
  }
}

TEST_F(Corpus, MalformedManifestsAreErrors) {
  int refused = 0;
  for (const CorpusEntry& entry : CorpusEntries(dir_, "manifest-malformed")) {
    SCOPED_TRACE(entry.path);
    const auto document = ReadManifest(MediaType(entry), Bytes(entry));
    // Odd, but it says clearly enough what it is.
    const bool readable = entry.path.find("invalid-media-type") != std::string::npos ||
                          entry.note.find("schemaVersion is the STRING") != std::string::npos;
    EXPECT_EQ(document.has_value(), readable);
    if (document.has_value()) continue;
    ++refused;
    EXPECT_TRUE(document.error().code == Errc::corruption || document.error().code == Errc::unsupported);
    EXPECT_THAT(document.error().message, ::testing::StartsWith("manifest: "));
  }
  EXPECT_GE(refused, 8);
}

TEST_F(Corpus, TagListsLoseNoValidTag) {
  for (const CorpusEntry& entry : CorpusEntries(dir_, "tags")) {
    SCOPED_TRACE(entry.path);
    const auto page = ReadTagList(Bytes(entry));
    ASSERT_TRUE(page.has_value()) << page.error().message;
    EXPECT_EQ(page->tags.size(), std::stoul(InNote(entry, "(\\d+) tags$")));
    EXPECT_EQ(page->skipped, 0u);
  }
}

TEST_F(Corpus, ErrorBodiesSayTheirCodeAndSomething) {
  for (const CorpusEntry& entry : CorpusEntries(dir_, "error")) {
    SCOPED_TRACE(entry.path);
    const std::string bytes = Bytes(entry);
    const ErrorBody body = ReadErrorBody(bytes, entry.media_type);
    std::smatch match;
    if (std::regex_search(bytes, match, std::regex("\"code\" *: *\"([A-Z_]+)\""))) {
      EXPECT_EQ(body.code, match[1].str());
    }
    const bool says_something =
        bytes.find("essage\"") != std::string::npos || bytes.find("detail") != std::string::npos;
    if (says_something && entry.note.find("without message") == std::string::npos) {
      EXPECT_NE(body.message, "");
    }
    EXPECT_LE(body.message.size(), kMaxErrorMessage);
  }
  for (const CorpusEntry& entry : CorpusEntries(dir_, "error-nonjson")) {
    SCOPED_TRACE(entry.path);
    const ErrorBody body = ReadErrorBody(Bytes(entry), entry.media_type);
    EXPECT_EQ(body.code, "");
    EXPECT_NE(body.message, "");
    EXPECT_EQ(body.message.find('<'), std::string::npos);
  }
}

TEST_F(Corpus, AnyFileThroughAnyReaderIsAnAnswer) {
  int files = 0;
  for (const CorpusEntry& entry : CorpusEntries(dir_)) {
    const std::string bytes = Bytes(entry);
    ++files;
    for (const std::string content_type : {"", "application/json", "application/vnd.oci.image.index.v1+json",
                                           "application/vnd.docker.distribution.manifest.v1+prettyjws"}) {
      const auto document = ReadManifest(content_type, bytes);
      if (document.has_value()) {
        EXPECT_FALSE(document->facts.digest.empty());
      }
    }
    ManifestFacts facts;
    if (!ReadConfig(bytes, facts).has_value()) {
      EXPECT_EQ(facts, ManifestFacts());
    }
    if (const auto page = ReadTagList(bytes); page.has_value()) {
      EXPECT_EQ(entry.kind, "tags");
    }
    ReadErrorBody(bytes, "text/plain");
  }
  EXPECT_GT(files, 200);
}

}  // namespace
}  // namespace larder
