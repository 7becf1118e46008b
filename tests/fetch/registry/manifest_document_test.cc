#include "registry/manifest_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSchema2 = "application/vnd.docker.distribution.manifest.v2+json";
constexpr const char* kList = "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr const char* kOci = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";
constexpr const char* kSchema1 = "application/vnd.docker.distribution.manifest.v1+json";

std::string Sha(char digit) { return "sha256:" + std::string(64, digit); }

std::string Image(std::string_view head, std::string_view config_type,
                  std::string_view layer_type = "application/vnd.oci.image.layer.v1.tar+gzip") {
  return "{" + std::string(head) + R"("config":{"mediaType":")" + std::string(config_type) +
         R"(","size":7,"digest":")" + Sha('a') + R"("},"layers":[{"mediaType":")" + std::string(layer_type) +
         R"(","size":1,"digest":")" + Sha('b') + R"("}]})";
}

constexpr const char* kOciConfig = "application/vnd.oci.image.config.v1+json";
constexpr const char* kDockerConfig = "application/vnd.docker.container.image.v1+json";

struct KindCase {
  const char* name;
  std::string content_type;
  std::string body;
  ManifestKind kind;
};

TEST(ManifestDocument, TheKindIsWhatHeaderAndBodyAgreeOn) {
  const std::string index = R"("manifests":[]})";
  const std::string v1 = R"({"schemaVersion":1,"fsLayers":[],"history":[{"v1Compatibility":"{\"id\":\"ab\"}"}]})";
  const KindCase cases[] = {
      {"both", kOci,
       Image(R"("schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)", kOciConfig),
       ManifestKind::oci_manifest},
      {"header only", kSchema2, Image(R"("schemaVersion":2,)", kDockerConfig), ManifestKind::schema2},
      {"header with parameters", std::string(kSchema2) + " ; charset=utf-8", Image("", kDockerConfig),
       ManifestKind::schema2},
      {"header in capitals", "Application/VND.oci.image.manifest.v1+JSON", Image("", kOciConfig),
       ManifestKind::oci_manifest},
      {"body only", "application/json", std::string(R"({"mediaType":")") + kList + R"(",)" + index,
       ManifestKind::manifest_list},
      {"body only, as text", "text/plain; charset=utf-8",
       std::string(R"({"mediaType":")") + kIndexType + R"(",)" + index, ManifestKind::oci_index},
      {"shape of an index", "", "{" + index, ManifestKind::oci_index},
      {"shape of OCI", "application/octet-stream", Image(R"("schemaVersion":2,)", kOciConfig),
       ManifestKind::oci_manifest},
      {"shape of schema2, empty mediaType", "", Image(R"("mediaType":"",)", kDockerConfig), ManifestKind::schema2},
      {"schemaVersion as a text", kOci, Image(R"("schemaVersion":"2",)", kOciConfig), ManifestKind::oci_manifest},
      {"schema1", kSchema1, v1, ManifestKind::schema1},
      {"schema1 by its shape", "application/json", v1, ManifestKind::schema1},
      {"schema1 under its other type", "application/vnd.docker.distribution.manifest.v1+prettyjws", v1,
       ManifestKind::schema1},
      {"artifact", "", R"({"artifactType":"x/y","blobs":[]})", ManifestKind::artifact},
      {"artifact without blobs", "application/vnd.oci.artifact.manifest.v1+json", R"({"artifactType":"x/y"})",
       ManifestKind::artifact},
  };
  for (const KindCase& c : cases) {
    const auto document = ReadManifest(c.content_type, c.body);
    ASSERT_TRUE(document.has_value()) << c.name << ": " << document.error().message;
    EXPECT_EQ(document->facts.kind, c.kind) << c.name;
    EXPECT_EQ(document->facts.interpreter, kInterpreterVersion);
  }
}

struct BadCase {
  const char* content_type;
  std::string body;
  Errc code;
  const char* says;
};

TEST(ManifestDocument, BrokenDocumentsAreErrorsThatSayWhy) {
  const BadCase cases[] = {
      {kOci, "", Errc::corruption, "empty"},
      {kOci, "<html>", Errc::corruption, "HTML"},
      {kOci, "[]", Errc::corruption, "not a JSON object"},
      {kOci, "{}", Errc::corruption, "does not look like one"},
      {"", "{}", Errc::corruption, "none of a manifest's members"},
      {"", R"({"errors":[{"code":"UNKNOWN"}]})", Errc::corruption, "none of a manifest's members"},
      {kOci, std::string(R"({"mediaType":")") + kSchema2 + R"(","config":{}})", Errc::corruption, "calls itself"},
      {kOci, R"({"mediaType":"application/x","config":{}})", Errc::corruption, "calls itself"},
      {"application/json", R"({"mediaType":"application/x","config":{}})", Errc::unsupported, "no manifest's"},
      {kIndexType, Image("", kOciConfig), Errc::corruption, "does not look like one"},
      {kOci, R"({"manifests":[]})", Errc::corruption, "does not look like one"},
      {kOci, R"({"config":{},"layers":[],"manifests":[]})", Errc::corruption, "ambiguous"},
      {"", R"({"config":{},"fsLayers":[]})", Errc::corruption, "ambiguous"},
      {"", R"({"manifests":[],"history":[]})", Errc::corruption, "ambiguous"},
      {"", R"({"blobs":[],"layers":[]})", Errc::corruption, "ambiguous"},
      {kOci, R"({"schemaVersion":1,"config":{}})", Errc::corruption, "does not look like one"},
      {"", R"({"schemaVersion":1,"config":{}})", Errc::corruption, "schemaVersion 1"},
      {"", R"({"schemaVersion":3,"config":{}})", Errc::unsupported, "schemaVersion 3"},
      {"", R"({"schemaVersion":"x","config":{}})", Errc::unsupported, "schemaVersion \"x\""},
      {kOci, R"({"layers":[]})", Errc::corruption, "no config"},
      {kOci, R"({"config":[]})", Errc::corruption, "no config"},
      {kOci, R"({"config":{},"layers":[]})", Errc::corruption, "config's digest"},
      {kOci, R"({"config":{"digest":"sha256:abc"}})", Errc::corruption, "config's digest is \"sha256:abc\""},
      {kOci, R"({"config":{"digest":"../../etc"}})", Errc::corruption, "config's digest"},
      {kOci, Image("", kOciConfig).replace(Image("", kOciConfig).find("[{"), 1, "{\"x\":[").append("}"),
       Errc::corruption, "layers are not a list"},
      {kIndexType, R"({"manifests":{}})", Errc::corruption, "manifests are not a list"},
      {kIndexType, R"({"manifests":[{"digest":"sha256:1"},{}]})", Errc::corruption, "none of its 2 children"},
      {kSchema1, R"({"history":[],"fsLayers":[]})", Errc::corruption, "history is empty"},
  };
  for (const BadCase& c : cases) {
    const auto document = ReadManifest(c.content_type, c.body);
    ASSERT_FALSE(document.has_value()) << c.body;
    EXPECT_EQ(document.error().code, c.code) << c.body;
    EXPECT_THAT(document.error().message, HasSubstr(c.says)) << c.body;
  }
}

TEST(ManifestDocument, AnImageNamesItsConfig) {
  const auto document = ReadManifest(
      kOci, Image(R"("annotations":{"org.opencontainers.image.created":"2024-05-06T07:08:09Z"},)", kOciConfig));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->config.ToString(), Sha('a'));
  EXPECT_EQ(document->config_size, 7u);
  EXPECT_EQ(document->facts.image_id, Sha('a'));
  EXPECT_EQ(document->facts.annotation_created, *ParseTimestamp("2024-05-06T07:08:09Z"));
  EXPECT_EQ(document->facts.excluded_reason, "");
}

TEST(ManifestDocument, ABadAnnotationTimeIsAWarning) {
  const auto document =
      ReadManifest(kOci, Image(R"("annotations":{"org.opencontainers.image.created":"yesterday\n"},)", kOciConfig));
  ASSERT_TRUE(document.has_value());
  EXPECT_TRUE(document->facts.annotation_created.IsNone());
  ASSERT_EQ(document->facts.warnings.size(), 1u);
  EXPECT_EQ(document->facts.warnings[0], "org.opencontainers.image.created is \"yesterday\", which is not a time");
}

struct ArtifactCase {
  std::string body;
  const char* reason;
};

TEST(ManifestDocument, WhatIsNoImageIsExcludedWithItsType) {
  const ArtifactCase cases[] = {
      {Image("", "application/vnd.cncf.helm.config.v1+json"),
       "an artifact with a config of type \"application/vnd.cncf.helm.config.v1+json\", not an image"},
      {Image(R"("artifactType":"application/spdx+json",)", "application/vnd.oci.empty.v1+json"),
       "an artifact of type \"application/spdx+json\", not an image"},
      {Image("", kOciConfig, "application/vnd.dev.cosign.simplesigning.v1+json"),
       "an artifact with content of type \"application/vnd.dev.cosign.simplesigning.v1+json\", not an image"},
      {Image("", kOciConfig, "application/vnd.in-toto+json"),
       "an artifact with content of type \"application/vnd.in-toto+json\", not an image"},
  };
  for (const ArtifactCase& c : cases) {
    const auto document = ReadManifest(kOci, c.body);
    ASSERT_TRUE(document.has_value()) << document.error().message;
    EXPECT_EQ(document->facts.kind, ManifestKind::artifact);
    EXPECT_EQ(document->facts.excluded_reason, c.reason);
    EXPECT_FALSE(document->NeedsConfig());
    EXPECT_EQ(document->facts.image_id, "");
  }
}

TEST(ManifestDocument, AnImagesConfigTypeAsArtifactTypeDoesNotExcludeIt) {
  const auto document =
      ReadManifest(kOci, Image(R"("artifactType":"application/vnd.oci.image.config.v1+json",)", kOciConfig));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->facts.kind, ManifestKind::oci_manifest);
}

TEST(ManifestDocument, TheDigestCoversTheBytesByTheAlgorithmAskedFor) {
  const std::string body = Image("", kOciConfig);
  const auto plain = ReadManifest(kOci, body);
  const auto spaced = ReadManifest(kOci, body + "\n");
  const auto long_digest = ReadManifest(kOci, body, DigestAlgorithm::sha512);
  ASSERT_TRUE(plain.has_value() && spaced.has_value() && long_digest.has_value());
  EXPECT_NE(plain->facts.digest, spaced->facts.digest);
  EXPECT_EQ(long_digest->facts.digest.algorithm(), DigestAlgorithm::sha512);
}

}  // namespace
}  // namespace larder
