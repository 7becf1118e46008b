#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "terminal.h"
#include "version.h"

namespace larder::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReadCommands, TagsShowsTheNewestFirstAndWhatIsMissing) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"tags", "ghcr.io/fluxcd/flux-cli"});
  EXPECT_EQ(ran.exit, Exit::no);  // not complete
  EXPECT_EQ(ran.out,
            "ghcr.io/fluxcd/flux-cli: partial, 3 tags, listed 3 min ago\n"
            "TAG      CREATED   DIGEST        PLATFORM     CHECKED  NOTE\n"
            "v2.3.0   18 d ago  aaaaaaaaaaaa  linux/amd64  5 h ago\n"
            "v2.2.0   -         -                          -        not fetched yet\n"
            "windows  -         -                          1 h ago  excluded: no image for linux/amd64; it has "
            "windows/amd64\n");
  EXPECT_EQ(ran.err, "");
}

TEST(ReadCommands, TagsCanBeLimitedAndSorted) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"tags", "ghcr.io/fluxcd/flux-cli", "--sort", "name", "--limit", "1"});
  EXPECT_THAT(ran.out, HasSubstr("v2.2.0"));
  EXPECT_THAT(ran.out, Not(HasSubstr("v2.3.0")));
  EXPECT_THAT(ran.out, HasSubstr("... and 2 more tags"));
  EXPECT_EQ(larder({"tags", "ghcr.io/fluxcd/flux-cli", "--sort", "size"}).exit, Exit::usage);
}

TEST(ReadCommands, TagsInJsonHasEveryTagWithItsStatus) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"tags", "ghcr.io/fluxcd/flux-cli", "--json", "--sort", "name"});
  const auto json = nlohmann::json::parse(ran.out);
  EXPECT_EQ(json["State"], "partial");
  ASSERT_EQ(json["Images"].size(), 3U);
  EXPECT_EQ(json["Images"][0]["Status"], "pending");
  EXPECT_EQ(json["Images"][1]["Digest"], "sha256:" + std::string(64, 'a'));
  EXPECT_EQ(json["Images"][1]["CreatedAt"], "2023-12-13T14:22:01.5Z");
  EXPECT_EQ(json["Images"][2]["ExcludedReason"], "no image for linux/amd64; it has windows/amd64");
}

TEST(ReadCommands, TagsOfAnImageSaysWhatToUse) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"tags", "ghcr.io/fluxcd/flux-cli:v2.3.0"});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_THAT(ran.err, HasSubstr("larder get ghcr.io/fluxcd/flux-cli:v2.3.0"));
}

TEST(ReadCommands, GetShowsOneImage) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"get", "ghcr.io/fluxcd/flux-cli:v2.3.0"});
  EXPECT_EQ(ran.exit, Exit::yes);
  EXPECT_EQ(ran.out,
            "image       ghcr.io/fluxcd/flux-cli:v2.3.0\n"
            "digest      sha256:" +
                std::string(64, 'a') +
                "\n"
                "manifest    sha256:" +
                std::string(64, 'b') +
                "\n"
                "image id    sha256:" +
                std::string(64, 'c') +
                "\n"
                "platform    linux/amd64\n"
                "created     2023-12-13T14:22:01.5Z  (18 d ago)\n"
                "checked     5 h ago, next in 19 h\n"
                "label       org.opencontainers.image.version = v2.3.0\n");
}

TEST(ReadCommands, GetOfWhatIsNotThereSaysHowToAsk) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"get", "ghcr.io/fluxcd/flux-cli:v9"});
  EXPECT_EQ(ran.exit, Exit::no);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("ghcr.io/fluxcd/flux-cli:v9 is not in the cache"));
  EXPECT_THAT(ran.err, HasSubstr("larder get --fetch"));
}

TEST(ReadCommands, GetOfAnExcludedImageSaysWhy) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"get", "ghcr.io/fluxcd/flux-cli:windows"});
  EXPECT_EQ(ran.exit, Exit::no);
  EXPECT_THAT(ran.err, HasSubstr("it has windows/amd64"));
}

TEST(ReadCommands, ListShowsEachRepository) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"list"});
  EXPECT_EQ(ran.exit, Exit::yes);
  EXPECT_EQ(ran.out,
            "REPOSITORY               TAGS  KNOWN  PENDING  FAILING  LISTED     STATE    LAST ERROR\n"
            "ghcr.io/fluxcd/flux-cli     3      2        1        0  3 min ago  partial\n");
  const auto json = nlohmann::json::parse(larder({"list", "--json"}).out);
  EXPECT_EQ(json[0]["Name"], "ghcr.io/fluxcd/flux-cli");
  EXPECT_EQ(json[0]["Pending"], 1);
}

TEST(ReadCommands, AStoreThatIsNotThereSaysWhatMakesIt) {
  Terminal larder;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"list"}, {"tags", "alpine"}, {"get", "alpine:3"}}) {
    const auto ran = larder(command);
    EXPECT_EQ(ran.exit, Exit::no) << command[0];
    EXPECT_THAT(ran.err, HasSubstr("there is no cache at " + larder.url()));
    EXPECT_THAT(ran.err, HasSubstr("larder refresh"));
  }
}

TEST(ReadCommands, BadInputIsOneLineAndExitTwo) {
  Terminal larder;
  EXPECT_EQ(larder({"get", "/bad/"}).exit, Exit::usage);
  EXPECT_EQ(larder({"get"}).exit, Exit::usage);
  EXPECT_EQ(larder({"nosuch"}).exit, Exit::usage);
  EXPECT_EQ(larder({}).exit, Exit::usage);
  const auto ran = larder({"list", "--store", "ftp:/x"});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_THAT(ran.err, HasSubstr("lmdb:"));
}

TEST(ReadCommands, HelpAndVersionAreAnswers) {
  Terminal larder;
  const auto help = larder({"--help"});
  EXPECT_EQ(help.exit, Exit::yes);
  for (const auto* word : {"refresh", "get", "tags", "list", "Exit codes", "--store"})
    EXPECT_THAT(help.out, HasSubstr(word));
  EXPECT_THAT(larder({"tags", "--help"}).out, HasSubstr("--limit"));
  EXPECT_EQ(larder({"--version"}).out, "larder " LARDER_VERSION "\n");
  EXPECT_EQ(kVersion, LARDER_VERSION);
}

TEST(CopyCommand, CopiesOnceAndThenNothing) {
  Terminal larder;
  larder.Fill();
  const std::string to = "lmdb:" + larder.path() + "/other";
  EXPECT_EQ(larder({"copy", larder.url(), to, "--dry-run"}).out,
            "4 records: 4 would be written, 0 already there, 0 expired, 0 damaged, 0 not taken\n");
  EXPECT_EQ(larder({"copy", larder.url(), to}).out,
            "4 records: 4 written, 0 already there, 0 expired, 0 damaged, 0 not taken\n");
  EXPECT_EQ(larder({"copy", larder.url(), to}).out,
            "4 records: 0 written, 4 already there, 0 expired, 0 damaged, 0 not taken\n");
  EXPECT_EQ(larder({"--store", to, "list"}).out, larder({"list"}).out);
  EXPECT_EQ(larder({"copy", larder.url() + "-absent", to}).exit, Exit::no);
  EXPECT_EQ(larder({"copy", "nosuch:/x", to}).exit, Exit::usage);
}

TEST(ReadCommands, OnANarrowTerminalLinesAreCut) {
  Terminal larder;
  larder.Fill();
  larder.console.out_is_terminal = true;
  larder.console.columns = 80;
  std::istringstream lines(larder({"tags", "ghcr.io/fluxcd/flux-cli"}).out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

}  // namespace
}  // namespace larder::tool
