#include "larder/docker_config.h"

#include <gmock/gmock.h>

#include "support/corpus.h"

namespace larder {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

std::vector<std::string> Files(std::map<std::string, std::string> environment, std::string file = "") {
  DockerConfigOptions options;
  options.file = std::move(file);
  options.environment = std::make_shared<const std::map<std::string, std::string>>(std::move(environment));
  return DockerConfigFiles(options);
}

TEST(DockerConfigFilesTest, AreThoseOfDockerAndPodman) {
  EXPECT_THAT(Files({{"HOME", "/home/me"}}), ElementsAre("/home/me/.docker/config.json", "/home/me/.dockercfg"));
  EXPECT_THAT(Files({{"HOME", "/home/me"}, {"DOCKER_CONFIG", "/etc/docker"}, {"XDG_RUNTIME_DIR", "/run/user/7"}}),
              ElementsAre("/etc/docker/config.json", "/run/user/7/containers/auth.json", "/home/me/.dockercfg"));
  EXPECT_THAT(Files({{"REGISTRY_AUTH_FILE", "/x/auth.json"}, {"XDG_RUNTIME_DIR", "/run/user/7"}}),
              ElementsAre("/x/auth.json"));
  EXPECT_THAT(Files({{"HOME", "/home/me"}}, "/this/one"), ElementsAre("/this/one"));
  EXPECT_THAT(Files({}), IsEmpty());
}

TEST(DockerConfigTest, KnowsHelpers) {
  std::vector<std::string> warnings;
  const auto config = ParseDockerConfig("test", R"({"auths":{"quay.io":{"auth":"dTpw"},"ghcr.io":{}},
      "credHelpers":{"https://index.docker.io/v1/":"hub","gcr.io":"gcloud","bad.io":"../../bin/sh","odd.io":7},"credsStore":"desktop"})",
                                        &warnings);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_THAT(config->credentials.Hosts(), ElementsAre("quay.io"));
  EXPECT_THAT(config->helpers, ElementsAre(Pair("gcr.io", "gcloud"), Pair("index.docker.io", "hub")));
  EXPECT_EQ(config->store, "desktop");
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_THAT(warnings[0], AllOf(HasSubstr("test: "), HasSubstr("name"), Not(HasSubstr("/bin"))));
}

TEST(DockerConfigTest, AStoreThatIsNoNameIsLeftOut) {
  const auto config = ParseDockerConfig("test", R"({"credsStore":"a;b"})");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->store, "");
  EXPECT_FALSE(ParseDockerConfig("test", "[]").has_value());
}

TEST(DockerConfigTest, ReadsTheCorpus) {
  const auto corpus = larder::testing::CorpusDir();
  if (!corpus) GTEST_SKIP() << "skipped: no corpus";
  std::size_t helpers = 0;
  std::size_t stores = 0;
  for (const auto& entry : larder::testing::CorpusEntries(*corpus, "docker-config")) {
    const auto config = ParseDockerConfig("corpus", larder::testing::ReadFile(*corpus / entry.path));
    ASSERT_TRUE(config.has_value()) << entry.path;
    helpers += config->helpers.size();
    stores += config->store.empty() ? 0 : 1;
  }
  EXPECT_GT(helpers, 30u);
  EXPECT_EQ(stores, 1u);
}

}  // namespace
}  // namespace larder
