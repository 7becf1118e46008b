#include "larder/image_ref.h"

#include <gmock/gmock.h>

#include <string>

namespace larder {
namespace {

using ::testing::HasSubstr;

const std::string kDigest = "sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";

struct Understood {
  std::string text, domain, path, registry, repository, canonical;
};

TEST(ImageRefTest, UnderstandsReferencesAsFluxDoes) {
  const std::string hub = "index.docker.io";
  const Understood cases[] = {
      // One component: an official image of Docker Hub.
      {"alpine", "", "alpine", hub, "library/alpine", hub + "/library/alpine"},
      {"alpine:3.5", "", "alpine", hub, "library/alpine", hub + "/library/alpine:3.5"},
      {"localhost:5000", "", "localhost", hub, "library/localhost", hub + "/library/localhost:5000"},
      // Two: a user's on Docker Hub, or a host's own.
      {"library/alpine", "", "library/alpine", hub, "library/alpine", hub + "/library/alpine"},
      {"weaveworks/scope:1.0", "", "weaveworks/scope", hub, "weaveworks/scope", hub + "/weaveworks/scope:1.0"},
      {"host/one:t", "", "host/one", hub, "host/one", hub + "/host/one:t"},
      {"localhost/hello:v1.1", "localhost", "hello", "localhost", "hello", "localhost/hello:v1.1"},
      {"localhost:5000/hello:v1.1", "localhost:5000", "hello", "localhost:5000", "hello", "localhost:5000/hello:v1.1"},
      {"registry:5000/hello", "registry:5000", "hello", "registry:5000", "hello", "registry:5000/hello"},
      {"example.com/hello:v1.1", "example.com", "hello", "example.com", "hello", "example.com/hello:v1.1"},
      // Docker Hub in other spellings.
      {"docker.io/alpine", "docker.io", "alpine", hub, "library/alpine", hub + "/library/alpine"},
      {"docker.io/library/alpine", "docker.io", "library/alpine", hub, "library/alpine", hub + "/library/alpine"},
      {"docker.io/weave/helloworld", "docker.io", "weave/helloworld", hub, "weave/helloworld",
       hub + "/weave/helloworld"},
      {"index.docker.io/a/b:c", "index.docker.io", "a/b", hub, "a/b", hub + "/a/b:c"},
      {"registry-1.docker.io/a/b", "registry-1.docker.io", "a/b", hub, "a/b", hub + "/a/b"},
      {"registry.hub.docker.com/b", "registry.hub.docker.com", "b", hub, "library/b", hub + "/library/b"},
      // Three or more: the first is a host, with or without a dot.
      {"quay.io/library/alpine:mytag", "quay.io", "library/alpine", "quay.io", "library/alpine",
       "quay.io/library/alpine:mytag"},
      {"localhost:5000/path/to/repo/alpine:mytag", "localhost:5000", "path/to/repo/alpine", "localhost:5000",
       "path/to/repo/alpine", "localhost:5000/path/to/repo/alpine:mytag"},
      {"internal/team/app", "internal", "team/app", "internal", "team/app", "internal/team/app"},
      // Hosts of other shapes; a host's name has no case.
      {"[2001:db8::1]:5000/a/b:t", "[2001:db8::1]:5000", "a/b", "[2001:db8::1]:5000", "a/b",
       "[2001:db8::1]:5000/a/b:t"},
      {"[::1]/a", "[::1]", "a", "[::1]", "a", "[::1]/a"},
      {"10.0.0.1:80/a", "10.0.0.1:80", "a", "10.0.0.1:80", "a", "10.0.0.1:80/a"},
      {"Registry.Example.COM/app", "Registry.Example.COM", "app", "registry.example.com", "app",
       "registry.example.com/app"},
      {"Docker.IO/alpine", "Docker.IO", "alpine", hub, "library/alpine", hub + "/library/alpine"},
      // Names and tags at the edges of the grammar.
      {"a.b/c_d__e.f-g---h/0:A_b.c-D", "a.b", "c_d__e.f-g---h/0", "a.b", "c_d__e.f-g---h/0",
       "a.b/c_d__e.f-g---h/0:A_b.c-D"},
      {"alpine:_", "", "alpine", hub, "library/alpine", hub + "/library/alpine:_"},
      // Digests.
      {"a/b@" + kDigest, "", "a/b", hub, "a/b", hub + "/a/b@" + kDigest},
      {"quay.io/a/b:t@" + kDigest, "quay.io", "a/b", "quay.io", "a/b", "quay.io/a/b:t@" + kDigest},
  };
  for (const Understood& c : cases) {
    RefProblem problem = RefProblem::invalid;
    const auto ref = ImageRef::Parse(c.text, &problem);
    ASSERT_TRUE(ref.has_value()) << ref.error().message;
    EXPECT_EQ(problem, RefProblem::none) << c.text;
    EXPECT_EQ(ref->ToString(), c.text);
    EXPECT_EQ(ref->name().domain(), c.domain) << c.text;
    EXPECT_EQ(ref->name().path(), c.path) << c.text;
    EXPECT_EQ(ref->Registry(), c.registry) << c.text;
    EXPECT_EQ(ref->Repository(), c.repository) << c.text;
    EXPECT_EQ(ref->Canonical(), c.canonical) << c.text;
  }
}

struct RefusedRef {
  std::string text;
  RefProblem problem;
  std::string why;
};

TEST(ImageRefTest, RefusesWhatIsNoReferenceAndTellsTheKindsApart) {
  const RefusedRef cases[] = {
      {"", RefProblem::blank, "blank"},
      {"   ", RefProblem::blank, "blank"},
      {"\t\n", RefProblem::blank, "blank"},
      {":tag", RefProblem::malformed, "no image name"},
      {"@" + kDigest, RefProblem::malformed, "no image name"},
      {"quay.io/a/:tag", RefProblem::invalid, "a repository's name"},
      {"alpine:", RefProblem::malformed, "no tag"},
      {"alpine@", RefProblem::malformed, "no digest"},
      {"/leading/slash", RefProblem::malformed, "at the beginning"},
      {"trailing/slash/", RefProblem::malformed, "at the end"},
      {"a/b/@" + kDigest, RefProblem::malformed, "slash"},
      {"a//b", RefProblem::malformed, "between two slashes"},
      {"a:b:c", RefProblem::malformed, "more than one ':'"},
      {"Alpine", RefProblem::invalid, "a repository's name"},
      {"My/image", RefProblem::invalid, "a repository's name"},
      {"a b", RefProblem::invalid, "a repository's name"},
      {" alpine", RefProblem::invalid, "a repository's name"},
      {"quay.io/a..b", RefProblem::invalid, "a repository's name"},
      {"a___b", RefProblem::invalid, "a repository's name"},
      {"-a", RefProblem::invalid, "a repository's name"},
      {"a-", RefProblem::invalid, "a repository's name"},
      {"a/.b", RefProblem::invalid, "a repository's name"},
      {"caf\xc3\xa9", RefProblem::invalid, "a repository's name"},
      {std::string("a\0b", 3), RefProblem::invalid, "a repository's name"},
      {"alpine:.x", RefProblem::invalid, "a tag"},
      {"alpine:-x", RefProblem::invalid, "a tag"},
      {"alpine: ", RefProblem::invalid, "a tag"},
      {"alpine:a+b", RefProblem::invalid, "a tag"},
      {"alpine:" + std::string(129, 'x'), RefProblem::invalid, "129 characters long, over 128"},
      {"a:b/c", RefProblem::invalid, "not a host name"},
      {"host:/a", RefProblem::invalid, "not a host name"},
      {"host:0/a", RefProblem::invalid, "not a host name"},
      {"host:65536/a", RefProblem::invalid, "not a host name"},
      {"host:123456/a", RefProblem::invalid, "not a host name"},
      {".example.com/a", RefProblem::invalid, "not a host name"},
      {"example.com./a", RefProblem::invalid, "not a host name"},
      {"-x.com/a", RefProblem::invalid, "not a host name"},
      {"under_score.com/a", RefProblem::invalid, "not a host name"},
      {"[::1/a", RefProblem::invalid, "not a host name"},
      {"[::1]5000/a", RefProblem::invalid, "not a host name"},
      {"[1:2]/a", RefProblem::invalid, "not a host name"},
      {"[::g]/a", RefProblem::invalid, "not a host name"},
      {"http://quay.io/a", RefProblem::malformed, "between two slashes"},
      {"alpine@sha256:beef", RefProblem::invalid, "4 digits"},
      {"alpine@latest", RefProblem::invalid, "no algorithm"},
      {"alpine@" + kDigest + "@" + kDigest, RefProblem::invalid, "digest"},
      {"alpine@" + kDigest + ":tag", RefProblem::invalid, "digest"},
  };
  for (const RefusedRef& c : cases) {
    RefProblem problem = RefProblem::none;
    const auto ref = ImageRef::Parse(c.text, &problem);
    ASSERT_FALSE(ref.has_value()) << c.text;
    EXPECT_EQ(ref.error().code, Errc::invalid_argument) << c.text;
    EXPECT_EQ(problem, c.problem) << c.text;
    EXPECT_THAT(ref.error().message, HasSubstr(c.why));
  }
}

TEST(ImageRefTest, TheLimitOfANameCountsItsCanonicalForm) {
  const std::string longest(kMaxNameLength - std::string("index.docker.io/library/").size(), 'a');
  EXPECT_TRUE(ImageRef::Parse(longest).has_value());
  const auto over = ImageRef::Parse(longest + "a");
  ASSERT_FALSE(over.has_value());
  EXPECT_THAT(over.error().message, HasSubstr("256 characters long, over 255"));
  EXPECT_TRUE(ImageRef::Parse("quay.io/" + std::string(247, 'a') + ":" + std::string(128, 't')).has_value());
  EXPECT_FALSE(ImageRef::Parse("quay.io/" + std::string(248, 'a')).has_value());
}

TEST(ImageRefTest, AStrangersTextIsShownShortAndPrintable) {
  const auto ref = ImageRef::Parse("a\x1b[2J\"" + std::string(100'000, 'x'));
  ASSERT_FALSE(ref.has_value());
  EXPECT_LT(ref.error().message.size(), 500u);
  EXPECT_THAT(ref.error().message, HasSubstr("a\\x1b[2J\\\""));
}

TEST(ImageRefTest, PartsAndTagsCanBeTakenAndChanged) {
  const auto ref = ImageRef::Parse("quay.io/my/repo:mytag@" + kDigest);
  ASSERT_TRUE(ref.has_value());
  const auto parts = ref->Components();
  EXPECT_EQ(parts.registry, "quay.io");
  EXPECT_EQ(parts.repository, "my/repo");
  EXPECT_EQ(parts.tag, "mytag");
  EXPECT_EQ(ref->digest().ToString(), kDigest);
  EXPECT_EQ(ref->WithNewTag("other").ToString(), "quay.io/my/repo:other");
  EXPECT_EQ(ImageRef(ref->name(), "t").ToString(), "quay.io/my/repo:t");
}

TEST(ImageRefTest, OnlyABareNameMeansLatest) {
  EXPECT_EQ(ImageRef::Parse("alpine")->TagOrLatest(), "latest");
  EXPECT_EQ(ImageRef::Parse("alpine:3")->TagOrLatest(), "3");
  EXPECT_EQ(ImageRef::Parse("alpine@" + kDigest)->TagOrLatest(), "");
}

TEST(ImageNameTest, SpellingsOfOneRepositoryDifferAsValuesAndAgreeAsCanonical) {
  const auto shortest = ImageName::Parse("alpine");
  const auto longest = ImageName::Parse("registry-1.docker.io/library/alpine");
  ASSERT_TRUE(shortest.has_value() && longest.has_value());
  EXPECT_NE(*shortest, *longest);
  EXPECT_EQ(shortest->Canonical(), longest->Canonical());
  EXPECT_EQ(longest->ToString(), "registry-1.docker.io/library/alpine");
}

TEST(ImageNameTest, HasNeitherTagNorDigest) {
  EXPECT_THAT(ImageName::Parse("alpine:3").error().message, HasSubstr("neither tag nor digest"));
  EXPECT_THAT(ImageName::Parse("alpine@" + kDigest).error().message, HasSubstr("neither tag nor digest"));
  EXPECT_EQ(ImageName::Parse("/x").error().code, Errc::invalid_argument);
  EXPECT_EQ(ImageName::Parse("").error().code, Errc::invalid_argument);
}

TEST(ImageNameTest, TheEmptyNameIsNowhere) {
  EXPECT_TRUE(ImageName().empty());
  EXPECT_EQ(ImageName().ToString(), "");
  EXPECT_EQ(ImageName().Canonical(), "");
  EXPECT_EQ(ImageRef().ToString(), "");
}

TEST(IsDockerHubTest, KnowsItsSpellingsAndNoOtherHost) {
  for (const char* host : {"", "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com",
                           "www.docker.com", "DOCKER.io"}) {
    EXPECT_TRUE(IsDockerHub(host)) << host;
  }
  for (const char* host :
       {"docker.com", "index.docker.io:443", "evil-docker.io", "docker.io.evil.com", "auth.docker.io"}) {
    EXPECT_FALSE(IsDockerHub(host)) << host;
  }
}

}  // namespace
}  // namespace larder
