#include "larder/credentials.h"

#include <gmock/gmock.h>

#include <string>

#include "credentials/registry_key.h"

namespace larder {
namespace {

using ::testing::ElementsAre;

Credential User(std::string name, std::string provenance = "test") {
  Credential credential;
  credential.username = std::move(name);
  credential.password = "s3cret";
  credential.provenance = std::move(provenance);
  return credential;
}

std::string UserFor(const Credentials& credentials, std::string_view image) {
  const auto name = ImageName::Parse(image);
  if (!name) return "malformed";
  const auto credential = credentials.For(*name);
  return credential ? credential->username : "none";
}

TEST(RegistryKeyTest, BringsSpellingsIntoOne) {
  for (const auto& [text, key] : std::initializer_list<std::pair<const char*, const char*>>{
           {"quay.io", "quay.io"},
           {"Quay.IO", "quay.io"},
           {"https://quay.io", "quay.io"},
           {"HTTP://quay.io/", "quay.io"},
           {"https://quay.io/v1/", "quay.io"},
           {"https://quay.io/v2", "quay.io"},
           {"quay.io/v4/", "quay.io"},
           {"quay.io/Team", "quay.io/Team"},
           {"https://quay.io/team/app/", "quay.io/team/app"},
           {"quay.io/v1beta", "quay.io/v1beta"},
           {"localhost:5000", "localhost:5000"},
           {"[::1]:5000", "[::1]:5000"},
           {"https://host/?x=y", "host"},
           {"docker.io", "index.docker.io"},
           {"https://index.docker.io/v1/", "index.docker.io"},
           {"registry-1.docker.io", "index.docker.io"},
           {"registry.hub.docker.com", "index.docker.io"},
           {"docker.io/library", "index.docker.io/library"},
           {"https://index.docker.io/v1/access-token", "index.docker.io/v1/access-token"},
           {" quay.io\n", "quay.io"},
           {"", ""},
           {"https://", ""},
           {"/v1/", ""},
       }) {
    EXPECT_EQ(NormalizeRegistryKey(text).text, key) << text;
  }
}

TEST(CredentialsTest, TakesTheLongestPathThenTheHost) {
  Credentials credentials;
  credentials.Add("example.org", User("host"));
  credentials.Add("example.org/team", User("team"));
  credentials.Add("example.org/team/app/x", User("x"));
  EXPECT_EQ(UserFor(credentials, "example.org/other"), "host");
  EXPECT_EQ(UserFor(credentials, "example.org/team"), "team");
  EXPECT_EQ(UserFor(credentials, "example.org/team/app"), "team");
  EXPECT_EQ(UserFor(credentials, "example.org/team/app/x"), "x");
  EXPECT_EQ(UserFor(credentials, "example.org/teamwork/app"), "host") << "a prefix ends at a slash";
  EXPECT_EQ(UserFor(credentials, "example.org:443/team"), "none") << "a port is another host";
  EXPECT_EQ(UserFor(credentials, "sub.example.org/team"), "none");
}

TEST(CredentialsTest, KnowsDockerHubInEachSpelling) {
  for (const char* key : {"docker.io", "index.docker.io", "https://index.docker.io/v1/", "registry-1.docker.io",
                          "http://index.docker.io/v1", "registry.hub.docker.com"}) {
    Credentials credentials;
    credentials.Add(key, User("hub"));
    for (const char* image : {"alpine", "library/alpine", "docker.io/alpine", "index.docker.io/weave/flux"}) {
      EXPECT_EQ(UserFor(credentials, image), "hub") << key << " " << image;
    }
    EXPECT_EQ(UserFor(credentials, "docker.io.example.com/alpine"), "none");
  }
  Credentials by_path;
  by_path.Add("docker.io/library", User("official"));
  EXPECT_EQ(UserFor(by_path, "alpine"), "official");
  EXPECT_EQ(UserFor(by_path, "weave/flux"), "none");
}

TEST(CredentialsTest, TakesPatternsAsKubernetesDoes) {
  Credentials credentials;
  credentials.Add("*.azurecr.io", User("azure"));
  credentials.Add("*.example.org:5000/team", User("team"));
  credentials.Add("exact.azurecr.io", User("exact"));
  EXPECT_EQ(UserFor(credentials, "contoso.azurecr.io/app"), "azure");
  EXPECT_EQ(UserFor(credentials, "exact.azurecr.io/app"), "exact");
  EXPECT_EQ(UserFor(credentials, "a.b.azurecr.io/app"), "none") << "a star is one label";
  EXPECT_EQ(UserFor(credentials, "azurecr.io/app"), "none");
  EXPECT_EQ(UserFor(credentials, "reg.example.org:5000/team/app"), "team");
  EXPECT_EQ(UserFor(credentials, "reg.example.org:5000/teams/app"), "none");
  EXPECT_EQ(UserFor(credentials, "reg.example.org/team/app"), "none");
}

TEST(CredentialsTest, MergesWithTheOtherWinning) {
  Credentials base;
  base.Add("quay.io", User("old"));
  base.Add("ghcr.io", User("kept"));
  Credentials other;
  other.Add("https://quay.io/v1/", User("new"));
  other.Add("gcr.io", User("added"));
  base.Merge(other);
  EXPECT_EQ(UserFor(base, "quay.io/a/b"), "new");
  EXPECT_EQ(UserFor(base, "ghcr.io/a/b"), "kept");
  EXPECT_THAT(base.Hosts(), ElementsAre("gcr.io", "ghcr.io", "quay.io"));
  EXPECT_TRUE(Credentials::NoCredentials().empty());
}

TEST(CredentialsTest, ShowsNoSecret) {
  Credentials credentials;
  credentials.Add("quay.io", User("robot", "secret default/pull"));
  Credential token;
  token.identity_token = "s3cret";
  credentials.Add("ghcr.io", token);
  Credential bearer;
  bearer.registry_token = "s3cret";
  bearer.provenance = "a file";
  credentials.Add("gcr.io", bearer);
  EXPECT_EQ(
      credentials.ToString(),
      "{gcr.io: a registry token from a file, ghcr.io: an identity token, quay.io: robot from secret default/pull}");
  EXPECT_EQ(Credentials().ToString(), "{}");
}

TEST(CredentialsTest, IdentityIsOfTheSecretsOnly) {
  EXPECT_EQ(User("a", "here").Identity(), User("a", "there").Identity());
  EXPECT_NE(User("a").Identity(), User("b").Identity());
  Credential one;
  one.username = "ab";
  one.password = "c";
  Credential two;
  two.username = "a";
  two.password = "bc";
  EXPECT_NE(one.Identity(), two.Identity());
  Credential three;
  three.identity_token = "c";
  Credential four;
  four.registry_token = "c";
  EXPECT_NE(three.Identity(), four.Identity());
}

}  // namespace
}  // namespace larder
