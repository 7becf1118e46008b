// Credential files of other projects' test suites.
#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "http/base64.h"
#include "larder/credentials.h"
#include "support/corpus.h"

namespace larder {
namespace {

using ::testing::StartsWith;

class CredentialsCorpusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto dir = larder::testing::CorpusDir();
    if (!dir) GTEST_SKIP() << "skipped: no corpus";
    dir_ = *dir;
  }
  std::string Text(const std::string& path) const { return larder::testing::ReadFile(dir_ / path); }
  std::filesystem::path dir_;
};

std::string WhoIsFor(const Credentials& credentials, const char* image) {
  const auto credential = credentials.For(*ImageName::Parse(image));
  return credential ? credential->username : "none";
}

// What of the file's name, how many hosts and warnings it gives.
struct Expectation {
  std::size_t hosts;
  std::size_t warnings;
};

TEST_F(CredentialsCorpusTest, EveryConfigIsRead) {
  const std::map<std::string, Expectation> expectations = {
      {"1af62d2d", {0, 10}}, {"179dedbe", {1, 0}}, {"76c11b19", {2, 0}}, {"68326b9b", {2, 0}}, {"e99e57f6", {6, 0}},
      {"ce418d6b", {1, 0}},  {"6f47beb5", {7, 0}}, {"fb9cd565", {2, 0}}, {"acaa3fb6", {6, 0}}, {"0077935e", {1, 1}},
      {"c315ad3e", {7, 0}},  {"ede46e89", {1, 0}}, {"83893583", {0, 0}}, {"b29f2aaa", {6, 0}}, {"5c23ca0a", {6, 0}},
      {"3119cf4d", {3, 0}},  {"fbe96eed", {3, 0}},
  };
  std::size_t seen = 0;
  for (const auto& entry : larder::testing::CorpusEntries(dir_, "docker-config")) {
    SCOPED_TRACE(entry.path);
    std::vector<std::string> warnings;
    const auto credentials = ParseCredentials("corpus", Text(entry.path), &warnings);
    ASSERT_TRUE(credentials.has_value()) << credentials.error().message;
    const auto expected = expectations.find(entry.sha256.substr(0, 8));
    if (expected == expectations.end()) continue;
    ++seen;
    EXPECT_EQ(credentials->Hosts().size(), expected->second.hosts) << credentials->ToString();
    EXPECT_EQ(warnings.size(), expected->second.warnings);
  }
  EXPECT_EQ(seen, expectations.size());
}

TEST_F(CredentialsCorpusTest, PathsSpellingsAndQuotes) {
  const auto by_path = ParseCredentials("corpus", Text("docker-config/containers_image__refpath__acaa3fb6.json"));
  ASSERT_TRUE(by_path.has_value());
  EXPECT_EQ(WhoIsFor(*by_path, "example.org/repo/x"), "example");
  EXPECT_EQ(WhoIsFor(*by_path, "example.org/other"), "local");
  EXPECT_EQ(WhoIsFor(*by_path, "busybox"), "library");
  EXPECT_EQ(by_path->For(*ImageName::Parse("docker.io/library/other"))->password, "other");
  EXPECT_EQ(WhoIsFor(*by_path, "vendor/app"), "first");
  EXPECT_EQ(WhoIsFor(*by_path, "someone/app"), "top");

  const auto spellings =
      ParseCredentials("corpus", Text("docker-config/containerd_nerdctl__credentialsstore_test__68326b9b.json"));
  ASSERT_TRUE(spellings.has_value());
  EXPECT_EQ(WhoIsFor(*spellings, "registry.example:443/x"), "pick");

  const auto twice =
      ParseCredentials("corpus", Text("docker-config/oras-project_oras-go__legacy_auths_config__b29f2aaa.json"));
  ASSERT_TRUE(twice.has_value());
  EXPECT_EQ(WhoIsFor(*twice, "registry1.example.com/x"), "username1");

  const auto quotes = ParseCredentials("corpus", Text("docker-config/fluxcd_pkg__factory_test__ede46e89.json"));
  ASSERT_TRUE(quotes.has_value());
  const auto quoted = quotes->For(*ImageName::Parse("special.registry.com/x"));
  ASSERT_TRUE(quoted.has_value());
  EXPECT_EQ(quoted->username, "user\"with\"quotes");
  EXPECT_EQ(quoted->password, "pass\"word\\with\"special'chars");
}

TEST_F(CredentialsCorpusTest, MalformedConfigsAreRefused) {
  std::size_t seen = 0;
  for (const auto& entry : larder::testing::CorpusEntries(dir_, "docker-config-malformed")) {
    const auto credentials = ParseCredentials("the file", Text(entry.path));
    ASSERT_FALSE(credentials.has_value()) << entry.path;
    EXPECT_EQ(credentials.error().code, Errc::invalid_argument);
    EXPECT_THAT(credentials.error().message, StartsWith("the file is not a docker config: ")) << entry.path;
    ++seen;
  }
  EXPECT_GE(seen, 7u);
}

// The base64 after `.dockercfg:` or `.dockerconfigjson:` in a secret's YAML; "" where there is none on that line.
std::string PayloadOf(const std::string& yaml) {
  const std::size_t at = yaml.find(".dockerc");
  if (at == std::string::npos) return "";
  const std::size_t begin = yaml.find(':', at) + 1;
  std::string payload = yaml.substr(begin, yaml.find('\n', begin) - begin);
  std::erase_if(payload, [](char c) { return c == '"' || c == ',' || c == ' '; });
  return payload;
}

TEST_F(CredentialsCorpusTest, KubernetesSecretsWhateverTheirLayout) {
  const std::map<std::string, std::string> expectations = {
      // One auth without a colon, an old and a new layout under the same type; a placeholder and no data at all.
      {"fc84c327", "{} warnings 1"},
      {"40b35801", "{} warnings 1"},
      {"f423f131", "refused"},
      {"08a51dd9", "{ttl.sh: test from secret} warnings 0"},
      {"495157c9", "{fake-docker-proxy: test from secret} warnings 0"},
      {"5e50046a", "refused"},
  };
  std::size_t seen = 0;
  for (const auto& entry : larder::testing::CorpusEntries(dir_, "k8s-secret")) {
    SCOPED_TRACE(entry.path);
    const auto payload = DecodeBase64(PayloadOf(Text(entry.path)));
    std::vector<std::string> warnings;
    const auto credentials = ParseCredentials("secret", payload.value_or("|"), &warnings);
    const std::string outcome =
        credentials ? credentials->ToString() + " warnings " + std::to_string(warnings.size()) : "refused";
    bool known = false;
    for (const auto& [name, expected] : expectations) {
      if (!entry.sha256.starts_with(name) && entry.path.find(name) == std::string::npos) continue;
      EXPECT_EQ(outcome, expected);
      known = true;
      ++seen;
    }
    EXPECT_TRUE(known) << outcome;
  }
  EXPECT_EQ(seen, 6u);
}

}  // namespace
}  // namespace larder
