// Files and helpers together, as a CredentialSource.
#include <gmock/gmock.h>

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "fetch/credentials/helper_scripts.h"
#include "larder/docker_config.h"

namespace larder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DockerConfigSourceTest : public ::testing::Test {
 protected:
  Result<void> Start(std::string file = "") {
    DockerConfigOptions options;
    options.file = std::move(file);
    options.environment = scripts_.Shared();
    options.log = [this](LogLevel, std::string_view line) { log_.emplace_back(line); };
    auto source = MakeDockerConfigSource(std::move(options));
    if (!source) return std::unexpected(source.error());
    source_ = *source;
    return {};
  }
  CredentialSource::Answer Ask(std::string_view image) {
    std::promise<CredentialSource::Answer> promise;
    source_->CredentialFor(*ImageName::Parse(image), {},
                           [&](CredentialSource::Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  // "user from provenance", "none", or the error.
  std::string Who(std::string_view image) {
    const auto answer = Ask(image);
    if (!answer) return answer.error().message;
    if (!*answer) return "none";
    return (*answer)->username + " from " + (*answer)->provenance;
  }
  static std::string Auths(const std::string& host, const std::string& user) {
    return R"({"auths":{")" + host + R"(":{"username":")" + user + R"(","password":"p"}}})";
  }

  HelperScripts scripts_;
  std::vector<std::string> log_;
  std::shared_ptr<CredentialSource> source_;
};

TEST_F(DockerConfigSourceTest, LooksIntoEachPlaceInOrder) {
  scripts_.environment["XDG_RUNTIME_DIR"] = (scripts_.dir / "run").string();
  scripts_.environment["DOCKER_AUTH_CONFIG"] = Auths("a.io", "inline");
  scripts_.WriteFile(".docker/config.json", R"({"auths":{"a.io":{"username":"docker"},"b.io":{"username":"docker"}}})");
  scripts_.WriteFile("run/containers/auth.json",
                     R"({"auths":{"b.io":{"username":"podman"},"c.io/team":{"username":"podman"}}})");
  scripts_.WriteFile(".dockercfg", R"({"d.io":{"username":"old"}})");
  ASSERT_TRUE(Start().has_value());
  EXPECT_EQ(Who("a.io/x"), "inline from DOCKER_AUTH_CONFIG");
  EXPECT_EQ(Who("b.io/x"), "docker from ~/.docker/config.json");
  EXPECT_EQ(Who("c.io/team/x"), "podman from ~/run/containers/auth.json");
  EXPECT_EQ(Who("c.io/other/x"), "none");
  EXPECT_EQ(Who("d.io/x"), "old from ~/.dockercfg");
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(DockerConfigSourceTest, NothingAnywhereIsNoCredential) {
  ASSERT_TRUE(Start().has_value());
  EXPECT_EQ(Who("a.io/x"), "none");
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(DockerConfigSourceTest, ANamedFileMustBeThereAndIsTheOnlyOne) {
  scripts_.WriteFile(".docker/config.json", Auths("a.io", "docker"));
  const std::string file = (scripts_.dir / "my.json").string();
  EXPECT_EQ(Start(file).error().code, Errc::not_found);
  scripts_.WriteFile("my.json", "{");
  EXPECT_EQ(Start(file).error().code, Errc::invalid_argument);
  scripts_.WriteFile("my.json", Auths("b.io", "mine"));
  ASSERT_TRUE(Start(file).has_value());
  EXPECT_EQ(Who("b.io/x"), "mine from ~/my.json");
  EXPECT_EQ(Who("a.io/x"), "none");
  EXPECT_EQ(Start(scripts_.dir.path().string()).error().code, Errc::invalid_argument) << "a folder";
}

TEST_F(DockerConfigSourceTest, ABrokenVariableIsAnError) {
  scripts_.environment["DOCKER_AUTH_CONFIG"] = "hunter2";
  const auto started = Start();
  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error().message, HasSubstr("DOCKER_AUTH_CONFIG is not a docker config"));
}

TEST_F(DockerConfigSourceTest, FilesAreReadAgainWhenTheyChange) {
  scripts_.WriteFile(".docker/config.json", Auths("a.io", "one"));
  ASSERT_TRUE(Start().has_value());
  EXPECT_EQ(Who("a.io/x"), "one from ~/.docker/config.json");
  scripts_.WriteFile("next", Auths("a.io", "two"));
  std::filesystem::rename(scripts_.dir / "next", scripts_.dir / ".docker/config.json");
  EXPECT_EQ(Who("a.io/x"), "two from ~/.docker/config.json") << "same size, another inode";
  scripts_.WriteFile(".docker/config.json", Auths("a.io", "three"));
  EXPECT_EQ(Who("a.io/x"), "three from ~/.docker/config.json");
  scripts_.WriteFile(".docker/config.json", "{ half a fil");
  EXPECT_EQ(Who("a.io/x"), "three from ~/.docker/config.json") << "a bad one changes nothing";
  EXPECT_EQ(Who("a.io/x"), "three from ~/.docker/config.json");
  ASSERT_THAT(log_, SizeIs(1)) << "said once";
  EXPECT_THAT(log_[0], HasSubstr("~/.docker/config.json is not a docker config"));
  std::filesystem::remove(scripts_.dir / ".docker/config.json");
  EXPECT_EQ(Who("a.io/x"), "none");
}

TEST_F(DockerConfigSourceTest, BadEntriesAreLoggedOnce) {
  scripts_.WriteFile(".docker/config.json", R"({"auths":{"a.io":{"auth":"!"},"b.io":{"username":"u"}}})");
  ASSERT_TRUE(Start().has_value());
  EXPECT_EQ(Who("b.io/x"), "u from ~/.docker/config.json");
  EXPECT_EQ(Who("b.io/x"), "u from ~/.docker/config.json");
  EXPECT_THAT(log_, ElementsAre(HasSubstr("\"a.io\" has an auth that is not base64")));
}

TEST_F(DockerConfigSourceTest, AHostsHelperIsAskedBeforeEntriesAndTheStoreAfter) {
  const std::string answer = "echo '{\"Username\":\"helped\",\"Secret\":\"s\"}'";
  scripts_.Write("host", answer);
  scripts_.Write("none", "echo 'credentials not found in native keychain'; exit 1");
  scripts_.Write("store", answer);
  scripts_.WriteFile(".docker/config.json",
                     R"({"auths":{"a.io":{"username":"entry"},"b.io":{"username":"entry"},"c.io":{"username":"entry"}},
      "credHelpers":{"a.io":"host","b.io":"none"},"credsStore":"store"})");
  ASSERT_TRUE(Start().has_value());
  EXPECT_EQ(Who("a.io/x"), "helped from docker-credential-host");
  EXPECT_EQ(Who("b.io/x"), "entry from ~/.docker/config.json") << "its helper knew none";
  EXPECT_EQ(Who("c.io/x"), "entry from ~/.docker/config.json");
  EXPECT_EQ(Who("d.io/x"), "helped from docker-credential-store");
  EXPECT_EQ(Who("alpine"), "helped from docker-credential-store");
  EXPECT_EQ(scripts_.Calls(), "host get a.io\nnone get b.io\nstore get d.io\nstore get https://index.docker.io/v1/\n");
}

TEST_F(DockerConfigSourceTest, AHelperThatFailsIsAnErrorAndNotAnonymous) {
  scripts_.WriteFile(".docker/config.json", R"({"credsStore":"missing"})");
  ASSERT_TRUE(Start().has_value());
  const auto answer = Ask("a.io/x");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace larder
