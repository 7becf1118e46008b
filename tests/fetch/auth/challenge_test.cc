#include "auth/challenge.h"

#include <gmock/gmock.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/corpus.h"

namespace larder {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Case {
  const char* name;
  const char* header;
  std::vector<Challenge> challenges;
};

Challenge Make(const char* scheme, Parameters parameters = {}) { return Challenge{scheme, std::move(parameters)}; }

std::vector<Case> Cases() {
  return {
      {"plain",
       R"(Bearer realm="https://a.example/token",service="a.example",scope="repository:x/y:pull")",
       {Make("bearer",
             {{"realm", "https://a.example/token"}, {"service", "a.example"}, {"scope", "repository:x/y:pull"}})}},
      {"capitals", R"(BASIC Realm="Nexus")", {Make("basic", {{"realm", "Nexus"}})}},
      {"two in one header",
       R"(Bearer realm="https://a/t", service="s", Basic realm="b")",
       {Make("bearer", {{"realm", "https://a/t"}, {"service", "s"}}), Make("basic", {{"realm", "b"}})}},
      {"comma and escapes inside quotes",
       R"(Bearer realm="https://a/t,x",o="he\"\l\\o")",
       {Make("bearer", {{"realm", "https://a/t,x"}, {"o", "he\"l\\o"}})}},
      {"bare values",
       "Bearer realm=http://a.example/token,service=a.example:5000",
       {Make("bearer", {{"realm", "http://a.example/token"}, {"service", "a.example:5000"}})}},
      {"a bare slash", "Basic realm=/", {Make("basic", {{"realm", "/"}})}},
      {"bare value with equals signs",
       "Bearer realm=https://a/t?x=y,service=s",
       {Make("bearer", {{"realm", "https://a/t?x=y"}, {"service", "s"}})}},
      {"quoted scheme and name", R"("Basic" "realm"=/)", {Make("basic", {{"realm", "/"}})}},
      {"no comma", R"(Basic realm="Dev" charset="UTF-8")", {Make("basic", {{"realm", "Dev"}, {"charset", "UTF-8"}})}},
      {"spaces around everything",
       "Bearer  realm = \"r\"  ,  service=s ,scope  =\"x\"  ",
       {Make("bearer", {{"realm", "r"}, {"service", "s"}, {"scope", "x"}})}},
      {"unclosed quote", R"(Basic realm="GitHub Package)", {Make("basic", {{"realm", "GitHub Package"}})}},
      {"dangling escape", "Basic realm=\"x\\", {Make("basic", {{"realm", "x"}})}},
      {"quote opened twice",
       R"(Bearer realm="r",scope="registry:*,error="broken",service="s")",
       {Make("bearer", {{"realm", "r"}, {"scope", "registry:*,error="}, {"service", "s"}})}},
      {"empty values",
       R"(Bearer realm="r",scope="",service=)",
       {Make("bearer", {{"realm", "r"}, {"scope", ""}, {"service", ""}})}},
      {"a value that is a space", "Bearer realm=\"r\",service= ", {Make("bearer", {{"realm", "r"}, {"service", ""}})}},
      {"a name without a value",
       R"(Bearer realm="r",valueless,scope="x")",
       {Make("bearer", {{"realm", "r"}, {"scope", "x"}})}},
      {"a name without a value at the end", R"(Bearer realm="r",service)", {Make("bearer", {{"realm", "r"}})}},
      {"trailing comma", R"(bearer realm="r",)", {Make("bearer", {{"realm", "r"}})}},
      {"an opaque token", "Negotiate YII=, Basic realm=\"b\"", {Make("negotiate"), Make("basic", {{"realm", "b"}})}},
      {"schemes alone",
       "Negotiate, NTLM, Basic realm=\"b\"",
       {Make("negotiate"), Make("ntlm"), Make("basic", {{"realm", "b"}})}},
      {"no scheme", R"(realm="r",service="s")", {}},
      {"nothing", "", {}},
      {"only commas", " , ,, ", {}},
      {"only an equals sign", "=", {}},
  };
}

TEST(ParseChallengesTest, ReadsTheGrammarAndItsMistakes) {
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(ParseChallenges(c.header), c.challenges);
  }
}

TEST(ParseChallengesTest, FindsTheFirstOfRepeatedNamesAndThePluralScopes) {
  const auto challenges = ParseChallenges(R"(Bearer service="one",SERVICE="two",scopes="repository:a:pull")");
  ASSERT_THAT(challenges, SizeIs(1));
  EXPECT_EQ(challenges[0].Find("service"), "one");
  EXPECT_EQ(challenges[0].Find("realm"), "");
  EXPECT_EQ(challenges[0].Scope(), "repository:a:pull");
}

TEST(ParseChallengesTest, JoinsSeveralHeaders) {
  const std::vector<std::string_view> headers = {"Negotiate", R"(Bearer realm="r")", R"(Basic realm="b")"};
  const auto challenges = ParseChallenges(headers);
  ASSERT_THAT(challenges, SizeIs(3));
  EXPECT_EQ(challenges[1].scheme, "bearer");
  EXPECT_THAT(challenges[2].parameters, ElementsAre(Pair("realm", "b")));
}

TEST(ParseChallengesTest, HasLimits) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "Basic realm=\"x\", ";
  EXPECT_THAT(ParseChallenges(many), SizeIs(kMaxChallenges));
  std::string wide = "Bearer ";
  for (int i = 0; i < 100; ++i) wide += "p" + std::to_string(i) + "=1, ";
  const auto challenges = ParseChallenges(wide);
  ASSERT_THAT(challenges, SizeIs(1));
  EXPECT_THAT(challenges[0].parameters, SizeIs(kMaxChallengeParameters));
}

// Every challenge seen in the wild gives the scheme it names and, where it has one, the realm.
TEST(ParseChallengesTest, ReadsTheCorpus) {
  const auto corpus = larder::testing::CorpusDir();
  if (!corpus) GTEST_SKIP() << "skipped: no corpus";
  const std::map<std::string, std::string> without_realm = {{"edge: no scheme", ""},
                                                            {"edge: no realm", "bearer"},
                                                            {"edge: escaped quotes", "bearer"},
                                                            {"edge: negotiate with token68", "negotiate"}};
  int seen = 0;
  for (const char* file : {"edge-a", "edge-b", "hosted-a", "selfhosted"}) {
    std::istringstream lines(
        larder::testing::ReadFile(*corpus / "headers" / (std::string("www-authenticate-") + file + ".tsv")));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("#") || line.empty()) continue;
      SCOPED_TRACE(line);
      const std::size_t tab = line.find('\t');
      const std::string name = line.substr(0, tab);
      const std::string header = line.substr(tab + 1, line.rfind('\t') - tab - 1);
      const auto challenges = ParseChallenges(header);
      ++seen;
      if (const auto known = without_realm.find(name); known != without_realm.end()) {
        EXPECT_EQ(challenges.empty() ? "" : challenges[0].scheme, known->second);
        continue;
      }
      ASSERT_FALSE(challenges.empty());
      EXPECT_TRUE(challenges[0].scheme == "basic" || challenges[0].scheme == "bearer" ||
                  challenges[0].scheme == "digest");
      EXPECT_FALSE(challenges[0].Find("realm").empty());
      EXPECT_THAT(challenges, SizeIs(name.find("two challenges") != std::string::npos ? 2 : 1));
    }
  }
  EXPECT_GT(seen, 60);
}

}  // namespace
}  // namespace larder
