// What the command says of itself: completion by bash, man pages; and the doctor.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "app.h"
#include "doctor_checks.h"
#include "shell.h"
#include "support/corpus.h"
#include "support/docker_registry.h"
#include "support/free_port.h"
#include "support/scripted_server.h"
#include "support/servers.h"
#include "support/test_certs.h"
#include "terminal.h"

namespace larder::tool {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Completion : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(script_) << larder_({"completion", "bash"}).out;
    ASSERT_EQ(Shell("bash -n " + script_).output, "");
  }
  // The words of the line as bash takes them apart, ':' and '=' alone; the last one is completed.
  std::string Of(const std::string& words) {
    return Shell("bash -c 'set -u; COMP_WORDBREAKS=\" =:\"; compopt() { :; }; source " + script_ + "; COMP_WORDS=(" +
                 words + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _larder; echo \"${COMPREPLY[@]-}\"'")
        .output;
  }
  Terminal larder_;
  const std::string script_ = larder_.path() + "/larder.bash";
};

TEST_F(Completion, CompletesCommandsOptionsAndChoices) {
  EXPECT_EQ(Of("larder ver"), "verify\n");
  EXPECT_THAT(Of("larder \"\""),
              AllOf(HasSubstr("refresh"), HasSubstr("export"), HasSubstr("--store"), Not(HasSubstr(" man"))));
  EXPECT_EQ(Of("larder tags --so"), "--sort\n");
  EXPECT_EQ(Of("larder tags --sort \"\""), "created name semver\n");
  EXPECT_EQ(Of("larder tags --sort = sem"), "semver\n");
  EXPECT_EQ(Of("larder tags alpine --sort n"), "name\n");
  EXPECT_EQ(Of("larder verify --re"), "--repair\n");
  EXPECT_EQ(Of("larder --store lmdb : /x verify --re"), "--repair\n");
  EXPECT_EQ(Of("larder collect --nosuch"), "\n");
  EXPECT_EQ(Of("larder completion b"), "bash\n");
}

TEST_F(Completion, CompletesStoresAndFiles) {
  fs::create_directories(larder_.path() + "/some-store");
  EXPECT_EQ(Of("larder --store roc"), "rocksdb:\n");
  EXPECT_EQ(Of("larder copy lm"), "lmdb:\n");
  EXPECT_EQ(Of("larder copy lmdb : " + larder_.path() + "/som"), larder_.path() + "/some-store\n");
  EXPECT_EQ(Of("larder diff lmdb : /x memo"), "memory:\n");
  EXPECT_EQ(Of("larder import " + larder_.path() + "/larder.b"), script_ + "\n");
}

TEST(ManPages, ThereIsOneForEachCommandMadeOfItsHelp) {
  Terminal larder;
  const std::string into = larder.path() + "/man";
  ASSERT_EQ(larder({"man", "--into", into}).exit, Exit::yes);
  const DescribedTool described = Described();
  for (const auto& command : described.commands) {
    if (command.group.empty()) continue;
    EXPECT_TRUE(fs::exists(into + "/larder-" + command.name + ".1")) << command.name;
    const std::string page = larder({"man", command.name}).out;
    EXPECT_THAT(page, HasSubstr(".SH SYNOPSIS"));
    for (const auto& option : command.options) {
      EXPECT_THAT(page, HasSubstr("\n" + option.help.substr(0, option.help.find_first_of("-\\'")))) << command.name;
    }
  }
  EXPECT_EQ(larder({"man", "nosuch"}).exit, Exit::usage);
  EXPECT_THAT(larder({"--help"}).out, Not(HasSubstr("  man")));
  if (Shell("command -v mandoc").output.empty()) GTEST_SKIP() << "skipped: no mandoc";
  const auto lint = Shell("mandoc -Tlint -W error " + into + "/*.1");
  EXPECT_EQ(lint.status, 0) << lint.output;
  EXPECT_THAT(Shell("mandoc -Tutf8 " + into + "/larder-verify.1 | col -b").output, HasSubstr("--repair"));
}

// docs/command.md from that heading to the next one.
std::string SectionOf(const std::string& page, const std::string& heading) {
  const auto from = page.find("\n" + heading + "\n");
  return from == std::string::npos ? "" : page.substr(from, page.find("\n#", from + 1) - from);
}

TEST(CommandPage, HasEveryCommandAndEveryOptionAndNoOther) {
  const std::string page = testing::ReadFile(LARDER_SOURCE_DIR "/docs/command.md");
  const DescribedTool described = Described();
  std::set<std::string> known = {"--help", "--version"};
  const auto look = [&](const DescribedOption& option, const std::string& heading) {
    const std::string name = option.names.substr(option.names.find("--"));
    known.insert(name);
    EXPECT_THAT(SectionOf(page, heading), HasSubstr("`" + name)) << heading;
  };
  for (const auto& option : described.tool.options) look(option, "## What all commands share");
  for (const auto& command : described.commands) {
    if (command.group.empty()) continue;
    const std::string heading = "### larder " + command.name;
    EXPECT_THAT(SectionOf(page, heading), HasSubstr("`larder " + command.name)) << "no section";
    for (const auto& option : command.options) {
      look(option, option.group.empty() && option.names != "--config" ? heading : "## Asking registries");
    }
  }
  static const std::regex kOption("`(--[a-z-]+)");
  for (std::sregex_iterator found(page.begin(), page.end(), kOption), end; found != end; ++found) {
    EXPECT_TRUE(known.contains((*found)[1])) << "the page has " << (*found)[1];
  }
}

// Each example of an answer is cut from one that look_commands_test.cc compares with what the command says.
TEST(CommandPage, ShowsAnswersThatTheCommandGives) {
  const std::string page = testing::ReadFile(LARDER_SOURCE_DIR "/docs/command.md");
  const std::map<std::string, std::string> answers = {
      {"explain", "explain_failing.txt"}, {"due", "due.txt"}, {"stats", "stats.txt"}, {"inspect", "inspect_image.txt"}};
  for (const auto& [command, file] : answers) {
    const std::string golden = "\n" + testing::ReadFile(LARDER_SOURCE_DIR "/tests/tools/golden/" + file);
    const std::string section = SectionOf(page, "### larder " + command);
    const std::size_t begin = section.find("\n```\n");
    ASSERT_NE(begin, std::string::npos) << command;
    std::istringstream example(section.substr(begin + 5, section.find("\n```", begin + 5) - begin - 5));
    int compared = 0;
    for (std::string line; std::getline(example, line);) {
      if (line.empty() || line == "..." || line.starts_with("$ ")) continue;
      EXPECT_THAT(golden, HasSubstr("\n" + line + "\n")) << command;
      ++compared;
    }
    EXPECT_GE(compared, 5) << command;
  }
}

nlohmann::json FindingsOf(Terminal& larder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--json", "doctor"});
  return nlohmann::json::parse(larder(arguments).out);
}

// What the findings say of that check: its "State", "What" or "Do".
std::string Said(const nlohmann::json& findings, const std::string& check, const std::string& member) {
  for (const auto& finding : findings) {
    if (finding["Check"] == check) return finding.value(member, std::string());
  }
  return "there is no " + check;
}

TEST(Doctor, OfAWholeStoreFindsNothingBad) {
  Terminal larder;
  larder.Fill();
  const auto ran = larder({"doctor", "--offline"});
  EXPECT_EQ(ran.exit, Exit::yes) << ran.out;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("4 records"), HasSubstr("nobody writes the store now"),
                             HasSubstr("credentials of ghcr.io  none: it is asked anonymously")));
  const auto findings = FindingsOf(larder, {"--offline"});
  EXPECT_EQ(Said(findings, "store", "State"), "ok");
  EXPECT_EQ(Said(findings, "clock", "State"), "ok");
}

TEST(Doctor, SaysWhereACredentialIsAndNeverWhatItIs) {
  Terminal larder;
  const std::string config = larder.path() + "/config.json";
  // "robot:hush-hush"
  std::ofstream(config) << R"({"auths": {"ghcr.io": {"auth": "cm9ib3Q6aHVzaC1odXNo"}}})";
  larder.console.environment["DOCKER_AUTH_CONFIG"] = R"({"auths": {"quay.io": {"username": "u", "password": "psst"}}})";
  auto ran = larder({"doctor", "--offline", "ghcr.io", "--docker-config", config, "--json"});
  EXPECT_EQ(Said(nlohmann::json::parse(ran.out), "credentials of ghcr.io", "What"), "found in " + config);
  EXPECT_THAT(ran.out + ran.err, AllOf(Not(HasSubstr("hush")), Not(HasSubstr("cm9ib3Q6"))));
  ran = larder({"doctor", "--offline", "quay.io", "--json"});
  EXPECT_THAT(Said(nlohmann::json::parse(ran.out), "credentials of quay.io", "What"), HasSubstr("DOCKER_AUTH_CONFIG"));
  EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("psst")));
  const auto missing = FindingsOf(larder, {"--offline", "ghcr.io", "--docker-config", "/no/such/config.json"});
  EXPECT_EQ(Said(missing, "credentials", "State"), "bad");
}

TEST(Doctor, TellsWhatIsWrongWithAStore) {
  Terminal larder;
  const auto none = FindingsOf(larder, {"--offline"});
  EXPECT_EQ(Said(none, "store", "State"), "warning");
  EXPECT_THAT(Said(none, "store", "Do"), HasSubstr("larder refresh"));
  larder.Fill();
  const std::string data = larder.path() + "/store/data.mdb";
  fs::resize_file(data, 8'192);
  const auto cut = larder({"doctor", "--offline", "--json"});
  EXPECT_EQ(cut.exit, Exit::no);
  EXPECT_EQ(Said(nlohmann::json::parse(cut.out), "store", "State"), "bad");
  std::ofstream(larder.path() + "/file") << "x";
  EXPECT_EQ(Said(FindingsOf(larder, {"--offline", "--store", "lmdb:" + larder.path() + "/file"}), "directory", "State"),
            "bad");
  EXPECT_EQ(larder({"doctor", "--store", "ftp:/x"}).exit, Exit::no);
  if (::geteuid() != 0) {
    ::chmod((larder.path() + "/store").c_str(), 0);
    EXPECT_EQ(Said(FindingsOf(larder, {"--offline"}), "permissions", "State"), "bad");
    ::chmod((larder.path() + "/store").c_str(), 0755);
  }
}

TEST(Doctor, JudgesRoomAndClock) {
  EXPECT_EQ(JudgeSpace(std::uint64_t{10} << 30, std::uint64_t{20} << 30).state, Finding::State::ok);
  EXPECT_EQ(JudgeSpace(std::uint64_t{100} << 20, std::uint64_t{20} << 30).state, Finding::State::warning);
  EXPECT_EQ(JudgeSpace(std::uint64_t{1} << 20, std::uint64_t{20} << 30).state, Finding::State::bad);
  EXPECT_EQ(JudgeClock(kNow, Time{}).state, Finding::State::ok);
  EXPECT_EQ(JudgeClock(kNow, kNow + std::chrono::hours(1)).state, Finding::State::bad);
  EXPECT_EQ(JudgeClock(Time(std::chrono::days(3)), Time{}).state, Finding::State::bad);
}

TEST(Doctor, FindsTheEndpointOfARegistry) {
  EXPECT_EQ(EndpointOf("index.docker.io").host, "registry-1.docker.io");
  EXPECT_EQ(EndpointOf("ghcr.io").port, "443");
  EXPECT_EQ(EndpointOf("localhost:5000").port, "5000");
  EXPECT_EQ(EndpointOf("[::1]:5000").host, "::1");
}

TEST(Doctor, TriesNamesAndConnections) {
  Terminal larder;
  const testing::RefusingPort refusing;
  const std::string closed = "127.0.0.1:" + std::to_string(refusing.port());
  const auto findings = FindingsOf(larder, {closed});
  EXPECT_EQ(Said(findings, "dns of 127.0.0.1", "State"), "ok");
  EXPECT_THAT(Said(findings, "tls of " + closed, "What"), HasSubstr("refused"));
  larder.console.environment["HTTPS_PROXY"] = "http://user:secret@proxy.example:3128";
  const auto ran = larder({"doctor", closed});
  EXPECT_THAT(ran.out, AllOf(HasSubstr("HTTPS_PROXY is set"), Not(HasSubstr("secret")), Not(HasSubstr("tls of"))));
}

TEST(Doctor, BelievesACertificateOfAKnownAuthorityOnly) {
  LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
  const std::string name = "registry.example";
  const testing::TestCerts certs({name});
  testing::DockerRegistryOptions options;
  options.certificate = certs.server_cert();
  options.key = certs.server_key();
  auto registry = testing::DockerRegistry::Start(options);
  ASSERT_TRUE(registry.has_value()) << registry.error().ToString();
  const std::string host = (*registry)->host();
  Terminal larder;
  larder.console.environment.erase("HTTPS_PROXY");
  std::vector<std::string> arguments = {name, "--host-connect", name + "=" + host};
  const auto unknown = FindingsOf(larder, arguments);
  EXPECT_THAT(Said(unknown, "tls of " + name, "What"), HasSubstr("certificate"));
  EXPECT_EQ(Said(unknown, "tls of " + name, "State"), "bad");
  arguments.insert(arguments.end(), {"--host-ca", name + "=" + certs.ca_file().string()});
  const auto believed = FindingsOf(larder, arguments);
  EXPECT_NE(Said(believed, "tls of " + name, "State"), "bad") << believed.dump();
  EXPECT_THAT(Said(believed, "tls of " + name, "What"), HasSubstr("the certificate lasts"));
  arguments.insert(arguments.end(), {"--insecure-host", name});
  for (const auto& insecure : {FindingsOf(larder, arguments), FindingsOf(larder, {host})}) {
    const std::string check = "tls of " + (Said(insecure, "tls of " + host, "State") == "warning" ? host : name);
    EXPECT_EQ(Said(insecure, check, "State"), "warning") << insecure.dump();
    EXPECT_THAT(Said(insecure, check, "What"), HasSubstr("not verified"));
  }
  const std::string alias = "localhost:1";
  const auto elsewhere = FindingsOf(
      larder, {alias, "--host-ca", alias + "=" + certs.ca_file().string(), "--host-connect", alias + "=" + host});
  EXPECT_NE(Said(elsewhere, "tls of " + alias, "State"), "bad") << elsewhere.dump();
}

TEST(Doctor, SaysWhereAClientCertificateIsWanted) {
  LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
  const testing::TestCerts certs;
  testing::DockerRegistryOptions options;
  options.certificate = certs.server_cert();
  options.key = certs.server_key();
  options.client_ca = certs.ca_file();
  auto registry = testing::DockerRegistry::Start(options);
  ASSERT_TRUE(registry.has_value()) << registry.error().ToString();
  const std::string host = (*registry)->host();
  Terminal larder;
  std::vector<std::string> arguments = {host, "--host-ca", host + "=" + certs.ca_file().string()};
  EXPECT_THAT(Said(FindingsOf(larder, arguments), "tls of " + host, "Do"), HasSubstr("--host-cert"));
  auto mixed = arguments;
  const std::string other_key = certs.server_key().string();
  mixed.insert(mixed.end(),
               {"--host-cert", host + "=" + certs.client_cert().string(), "--host-key", host + "=" + other_key});
  const auto wrong = FindingsOf(larder, mixed);
  EXPECT_EQ(Said(wrong, "tls of " + host, "State"), "bad");
  EXPECT_EQ(Said(wrong, "tls of " + host, "What"), other_key + " does not belong to " + certs.client_cert().string());
  arguments.insert(arguments.end(), {"--host-cert", host + "=" + certs.client_cert().string(), "--host-key",
                                     host + "=" + certs.client_key().string()});
  const auto shown = FindingsOf(larder, arguments);
  EXPECT_THAT(Said(shown, "tls of " + host, "What"), HasSubstr("the certificate lasts")) << shown.dump();
}

TEST(Doctor, ARegistryOnLoopbackMaySpeakPlainHttp) {
  LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
  auto registry = testing::DockerRegistry::Start();
  ASSERT_TRUE(registry.has_value()) << registry.error().ToString();
  const std::string host = (*registry)->host();
  Terminal larder;
  const auto findings = FindingsOf(larder, {host});
  EXPECT_EQ(Said(findings, "tls of " + host, "State"), "warning") << findings.dump();
  EXPECT_THAT(Said(findings, "tls of " + host, "What"), HasSubstr("plain HTTP"));
}

TEST(Doctor, AnInsecureHostMayListenForPlainHttpOnly) {
  const testing::ScriptedServer server;
  const testing::RefusingPort refusing;
  const Endpoint endpoint{"127.0.0.1", "443"};
  TlsCheck check;
  check.plain_port = std::to_string(server.port());
  const Finding secure = CheckTls(endpoint, check, kNow);
  if (!secure.what.ends_with("refused")) GTEST_SKIP() << "skipped: somebody listens on port 443: " << secure.what;
  EXPECT_EQ(secure.state, Finding::State::bad) << "it is not named insecure";
  check.host.insecure = true;
  const Finding plain = CheckTls(endpoint, check, kNow);
  EXPECT_EQ(plain.state, Finding::State::warning);
  EXPECT_THAT(plain.what, HasSubstr("plain HTTP at port " + check.plain_port));
  check.plain_port = std::to_string(refusing.port());
  EXPECT_EQ(CheckTls(endpoint, check, kNow).state, Finding::State::bad) << "nor there";
}

TEST(Doctor, SaysThatAHostIsAskedThroughAProxyOfItsOwn) {
  Terminal larder;
  const testing::RefusingPort refusing;
  const std::string closed = "127.0.0.1:" + std::to_string(refusing.port());
  const auto ran = larder({"doctor", closed, "--host-proxy", closed + "=http://user:secret@proxy.example:3128"});
  EXPECT_THAT(ran.out, AllOf(HasSubstr("as --host-proxy says"), Not(HasSubstr("secret")), Not(HasSubstr("tls of"))));
  larder.console.environment["HTTPS_PROXY"] = "http://proxy.example:3128";
  EXPECT_THAT(larder({"doctor", closed, "--host-proxy", closed + "=none"}).out, HasSubstr("tls of"));
}

}  // namespace
}  // namespace larder::tool
