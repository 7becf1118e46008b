// `larder run` as a process, before a registry that a test changes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "integration/command.h"
#include "support/eventually.h"
#include "support/free_port.h"
#include "support/http_client.h"
#include "support/pseudo_terminal.h"
#include "support/sample_registry.h"
#include "support/socket.h"

namespace larder::tool {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kSlow;
using ::testing::Not;
using testing::RequestKind;

bool Eventually(const std::function<bool()>& holds) { return testing::Eventually(holds, std::chrono::seconds(60)); }

class RunCommandTest : public ::testing::Test {
 protected:
  RunCommandTest() {
    for (const char* name : {"team/a", "team/b", "team/c"}) registry_.Put(samples::MakeUniformRepository(name, 5, 2));
    // Nobody's cloud.
    larder_.environment = {{"AWS_EC2_METADATA_DISABLED", "true"},
                           {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:" + std::to_string(closed_.port())},
                           {"AWS_REGION", ""},
                           {"AWS_DEFAULT_REGION", ""},
                           {"AWS_ACCESS_KEY_ID", ""},
                           {"AWS_PROFILE", ""}};
  }

  std::string Ref(const std::string& name) const { return registry_.host() + "/" + name; }
  // A file with these images in it.
  std::string Images(const std::string& file, const std::vector<std::string>& names) const {
    std::ofstream out(larder_.home() / file);
    for (const auto& name : names) out << name << '\n';
    return (larder_.home() / file).string();
  }
  testing::Process Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "run");
    auto process = larder_.Start(arguments);
    EXPECT_TRUE(process.has_value());
    return std::move(*process);
  }
  testing::LarderCommand::Answer Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "run");
    return larder_.Run(arguments);
  }
  // As a person sees it.
  testing::TerminalRun OnTerminal(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = {LARDER_COMMAND, "run"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = {"HOME=" + larder_.home().string(), "LARDER_STORE=" + larder_.store(),
                                          "TERM=xterm"};
    for (const auto& [name, value] : larder_.environment) variables.push_back(name + "=" + value);
    std::vector<char*> argv, envp;
    for (auto& argument : command) argv.push_back(argument.data());
    for (auto& variable : variables) envp.push_back(variable.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    return testing::RunOnTerminal(80, [&] {
      ::execve(argv[0], argv.data(), envp.data());
      return 127;
    });
  }
  // With a pipe of the test's as standard input.
  testing::Process StartReading(const std::string& fifo, const std::string& options) {
    testing::Process::Options start;
    start.command = {"/bin/sh", "-c", "exec \"$0\" run --images - " + options + " <\"$1\"", LARDER_COMMAND, fifo};
    start.environment = larder_.environment;
    start.environment.insert({{"HOME", larder_.home().string()}, {"LARDER_STORE", larder_.store()}});
    start.output = fifo + ".output";
    auto process = testing::Process::Start(start);
    EXPECT_TRUE(process.has_value());
    return std::move(*process);
  }
  // Where it serves its pages; "" where it does not come to that.
  static std::string PagesOf(const testing::Process& process) {
    const std::string said = "metrics at ";
    if (!Eventually([&] { return Says(process, "/metrics\n"); })) return "";
    const std::string output = process.ReadOutput();
    const auto begin = output.find(said) + said.size();
    return output.substr(begin, output.find("/metrics\n") - begin);
  }
  static bool Says(const testing::Process& process, const std::string& text) {
    return process.ReadOutput().find(text) != std::string::npos;
  }

  testing::SampleRegistry registry_;
  const testing::RefusingPort closed_;
  testing::LarderCommand larder_;
};

TEST_F(RunCommandTest, TellsWhatChangesAndStopsWithinASecond) {
  auto process = Start({"--images", Images("images", {Ref("team/a")}), "--events", "--list-interval", "1s"});
  ASSERT_TRUE(Eventually([&] { return Says(process, R"("Event":"repository_listed")"); })) << process.ReadOutput();
  EXPECT_TRUE(Says(process, "\"Ref\":\"" + Ref("team/a") + "\"")) << process.ReadOutput();
  EXPECT_FALSE(Says(process, "tag_added")) << "a first listing is no news of its tags";
  registry_.Tag("team/a", "new", samples::MakeUniformRepository("team/a", 5, 2).tags[0].digest);
  ASSERT_TRUE(Eventually([&] { return Says(process, R"("Event":"tag_added")"); })) << process.ReadOutput();
  EXPECT_TRUE(Says(process, "\"Ref\":\"" + Ref("team/a") + ":new\"")) << process.ReadOutput();

  // While a registry is slow to answer.
  registry_.SetDelay(std::chrono::milliseconds(3000));
  const int before = registry_.Total();
  ASSERT_TRUE(Eventually([&] { return registry_.Total() > before; }));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(process.Terminate(std::chrono::seconds(20)), 0) << process.ReadOutput();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1) * kSlow);
}

// The file is not read again by itself for an hour.
TEST_F(RunCommandTest, AHangupReadsTheImagesAgain) {
  const std::string file = Images("images", {Ref("team/a")});
  auto process = Start({"--images", file, "--images-interval", "1h", "--events"});
  ASSERT_TRUE(Eventually([&] { return Says(process, Ref("team/a")); })) << process.ReadOutput();
  Images("images", {Ref("team/a"), "# and since today", Ref("team/b") + ":v0.0.1"});
  ::kill(process.pid(), SIGHUP);
  ASSERT_TRUE(Eventually([&] { return Says(process, "\"Ref\":\"" + Ref("team/b") + "\""); })) << process.ReadOutput();
  EXPECT_EQ(process.Terminate(std::chrono::seconds(20)), 0);
}

TEST_F(RunCommandTest, AFileThatChangesIsReadAgainWithoutASignal) {
  const std::string file = Images("images", {Ref("team/a")});
  auto process = Start({"--images", file, "--images-interval", "1s", "--events"});
  ASSERT_TRUE(Eventually([&] { return Says(process, Ref("team/a")); })) << process.ReadOutput();
  Images("images", {Ref("team/b")});
  EXPECT_TRUE(Eventually([&] { return Says(process, "\"Ref\":\"" + Ref("team/b") + "\""); })) << process.ReadOutput();
  EXPECT_EQ(process.Terminate(std::chrono::seconds(20)), 0);
}

TEST_F(RunCommandTest, StandardInputIsReadToItsEndOrUntilASignal) {
  const std::string fifo = (larder_.home() / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  testing::Socket end(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(end.valid());
  const std::string list = Ref("team/a") + "\n";
  const auto write_list = [&] {
    ASSERT_EQ(::write(end.fd(), list.data(), list.size()), static_cast<ssize_t>(list.size()));
    // Then it has begun to read, and waits for more.
    ASSERT_TRUE(Eventually([&] {
      int left = 0;
      return ::ioctl(end.fd(), FIONREAD, &left) == 0 && left == 0;
    }));
  };
  auto interrupted = StartReading(fifo, "");
  write_list();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(interrupted.Terminate(std::chrono::seconds(20)), 0) << interrupted.ReadOutput();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1) * kSlow);
  EXPECT_EQ(registry_.Total(), 0);

  auto whole = StartReading(fifo, "--once --json");
  write_list();
  end = testing::Socket();
  ASSERT_TRUE(whole.WaitForEnd(std::chrono::minutes(2)));
  EXPECT_EQ(whole.status(), 0) << whole.ReadOutput();
  EXPECT_TRUE(Says(whole, R"({"Event":"repository_listed")")) << "--json is --events: " << whole.ReadOutput();
}

TEST_F(RunCommandTest, ATerminalShowsHowThingsStandInOneLine) {
  registry_.SetDelay(std::chrono::milliseconds(500));
  const std::string file = Images("images", {Ref("team/a")});
  const auto shown = OnTerminal({"--once", "--images", file});
  EXPECT_EQ(shown.status, 0) << shown.output;
  EXPECT_THAT(shown.output, HasSubstr("\033[K1 repository, 0 tags: 1 refreshing, 0 due\033[K"));
  EXPECT_TRUE(shown.output.ends_with("\033[K")) << "it is gone when there is nothing more to show";
  EXPECT_THAT(shown.output, Not(HasSubstr("0 due\n"))) << "each is drawn over the one before";
  const auto quiet = OnTerminal({"--once", "-q", "--images", file});
  EXPECT_EQ(quiet.status, 0);
  EXPECT_EQ(quiet.output, "");
}

TEST_F(RunCommandTest, ServesMetricsAndHealth) {
  auto process = Start({"--images", Images("images", {Ref("team/a")}), "--metrics", "0", "--metrics-interval", "1s"});
  const std::string url = PagesOf(process);
  EXPECT_THAT(url, ::testing::StartsWith("http://127.0.0.1:"));
  ASSERT_TRUE(Eventually([&] {
    const auto page = testing::HttpGet(url + "/metrics");
    return page.has_value() && page->body.find("\nlarder_scheduled_tags 5\n") != std::string::npos;
  }));
  const auto page = testing::HttpGet(url + "/metrics");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->status, 200);
  EXPECT_THAT(page->body, AllOf(HasSubstr("larder_cache_request_duration_seconds_bucket{method=\"get\""),
                                HasSubstr("larder_client_fetch_duration_seconds_count{kind=\"metadata\","
                                          "success=\"true\"} 5\n"),
                                HasSubstr("larder_host_requests_total{host=\"" + registry_.host() + "\",outcome="),
                                HasSubstr("# TYPE larder_due_staleness_seconds gauge")));
  EXPECT_EQ(testing::HttpGet(url + "/healthz")->body, "ok\n");
  EXPECT_EQ(testing::HttpGet(url + "/healthz?verbose=1")->status, 200);
  EXPECT_EQ(testing::HttpGet(url + "/secret")->status, 404);
  testing::HttpRequest post;
  post.method = "POST";
  post.url = url + "/metrics";
  EXPECT_EQ(testing::Send(post)->status, 405);
  // A second one on that port says so.
  larder_.environment["LARDER_STORE"] = "lmdb:" + (larder_.home() / "other").string();
  const auto other = Run({"--images", Images("images", {Ref("team/a")}), "--metrics", url.substr(7), "--once"});
  EXPECT_EQ(other.status, 3) << other.output;
  EXPECT_THAT(other.output, HasSubstr("--metrics"));
  EXPECT_EQ(process.Terminate(std::chrono::seconds(20)), 0);
}

TEST_F(RunCommandTest, HealthIs503WhileTheRefresherDoesNotAnswer) {
  const std::string file = Images("images", {Ref("team/a")});
  auto process = Start({"--images", file, "--metrics", "0"});
  const std::string health = PagesOf(process) + "/healthz";
  const auto answers = [&](int status) {
    const auto page = testing::HttpGet(health);
    return page.has_value() && page->status == status;
  };
  ASSERT_TRUE(Eventually([&] { return answers(200); })) << process.ReadOutput();
  // A list that nobody has written yet: whoever reads it waits.
  ASSERT_EQ(::unlink(file.c_str()), 0);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  ASSERT_EQ(::kill(process.pid(), SIGHUP), 0);
  ASSERT_TRUE(Eventually([&] { return answers(503); }));
  EXPECT_EQ(testing::HttpGet(health)->body, "the refresher does not answer\n");
  std::ofstream list(file);
  ASSERT_EQ(::unlink(file.c_str()), 0);
  Images("images", {Ref("team/a")});
  list << Ref("team/a") << '\n';
  list.close();
  EXPECT_TRUE(Eventually([&] { return answers(200); }));
  EXPECT_EQ(process.Terminate(std::chrono::seconds(20)), 0);
}

TEST_F(RunCommandTest, OfAmazonsRegistriesThoseOfTheRegionsAndAccountsAreAsked) {
  const std::string here = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
  const std::string other_account = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";
  const std::string other_region = "111111111111.dkr.ecr.us-east-1.amazonaws.com";
  std::vector<std::string> arguments = {"--once", "--ecr-region", "eu-west-1"};
  std::vector<std::string> images;
  for (const auto& host : {here, other_account, other_region}) {
    images.push_back(host + "/app");
    // Nobody's network.
    arguments.insert(arguments.end(), {"--host-connect", host + "=127.0.0.1:" + std::to_string(closed_.port())});
  }
  arguments.insert(arguments.end(), {"--images", Images("images", images)});
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), more.begin(), more.end());
    return Run(all).output;
  };
  const auto kept = [](const std::string& host) { return HasSubstr(host + "/app: never_fetched"); };
  EXPECT_THAT(run({}), AllOf(kept(here), kept(other_account), Not(HasSubstr(other_region))));
  EXPECT_THAT(run({"--ecr-exclude-id", "222222222222"}),
              AllOf(kept(here), Not(HasSubstr(other_account)), Not(HasSubstr(other_region))));
  EXPECT_THAT(run({"--ecr-include-id", "222222222222"}),
              AllOf(Not(HasSubstr(here)), kept(other_account), Not(HasSubstr(other_region))));
}

TEST_F(RunCommandTest, OnceEndsWithTheStateOfThings) {
  const auto whole = Run({"--once", "--images", Images("images", {Ref("team/a"), Ref("team/b")})});
  EXPECT_EQ(whole.status, 0) << whole.output;
  EXPECT_EQ(registry_.Count("GET", RequestKind::tags), 2);
  // Nothing is due any more.
  registry_.Forget();
  EXPECT_EQ(Run({"--once", "--images", Images("images", {Ref("team/a"), Ref("team/b")})}).status, 0);
  EXPECT_EQ(registry_.Total(), 0);

  const std::string gone = "127.0.0.1:" + std::to_string(closed_.port()) + "/no/such";
  const auto some = Run({"--once", "--images", Images("images", {Ref("team/a"), gone})});
  EXPECT_EQ(some.status, 1);
  EXPECT_THAT(some.output, HasSubstr("/no/such: never_fetched"));
  const auto none = Run({"--once", "--images", Images("images", {gone})});
  EXPECT_EQ(none.status, 3) << none.output;
}

TEST_F(RunCommandTest, OnceEndsThoughAHostAcceptsAndSaysNothing) {
  auto mute = testing::BindLoopback(testing::Transport::tcp, 0);
  ASSERT_TRUE(mute.has_value() && ::listen(mute->fd(), 16) == 0);
  const std::string ref = "127.0.0.1:" + std::to_string(testing::LocalPort(*mute)) + "/no/answer";
  const std::string file = Images("images", {ref, Ref("team/a")});
  const auto begin = std::chrono::steady_clock::now();
  const auto ran = Run({"--once", "--timeout", "1s", "--images", file});
  EXPECT_EQ(ran.status, 1) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("/no/answer: never_fetched"));
  // By TLS, for half of it, and then, as it is on loopback, without.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5) * kSlow);
  EXPECT_EQ(Run({"--once", "--timeout", "1s", "--images", Images("images", {ref})}).status, 3);
}

TEST_F(RunCommandTest, TakesTheImagesThatTheGlobsLeave) {
  const std::string file = Images("images", {Ref("team/a"), Ref("team/b"), Ref("team/c")});
  const auto ran = Run({"--once", "--events", "--images", file, "--include", "*/team/?", "--exclude", "*/b"});
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr(Ref("team/a")), Not(HasSubstr(Ref("team/b"))), HasSubstr(Ref("team/c"))));
}

TEST_F(RunCommandTest, TheCommandLineGoesBeforeAVariableBeforeTheFile) {
  for (const char* name : {"a", "b", "c"}) Images(name, {Ref("team/" + std::string(name))});
  const std::string home = larder_.home().string() + "/";
  std::ofstream(home + "config") << "images = \"" << home << "a\"\nonce = true\nevents = true\n";
  const std::vector<std::string> config = {"--config", home + "config"};
  const auto by_file = Run(config);
  EXPECT_EQ(by_file.status, 0) << by_file.output;
  EXPECT_THAT(by_file.output, HasSubstr(Ref("team/a")));
  larder_.environment["LARDER_IMAGES"] = home + "b";
  EXPECT_THAT(Run(config).output, HasSubstr(Ref("team/b")));
  EXPECT_THAT(Run({"--config", home + "config", "--images", home + "c"}).output, HasSubstr(Ref("team/c")));
  std::ofstream(home + "config") << "imges = \"misspelt\"\n";
  EXPECT_EQ(Run(config).status, 2);
}

TEST_F(RunCommandTest, WhatCannotWorkIsSaidBeforeAnythingIsAsked) {
  const std::string file = Images("images", {Ref("team/a")});
  const auto ecr = Run({"--images", file, "--require", "ecr", "--once"});
  EXPECT_EQ(ecr.status, 3) << ecr.output;
  EXPECT_THAT(ecr.output, HasSubstr("--require ecr"));
  EXPECT_EQ(Run({"--images", "/no/such/file", "--once"}).status, 3);
  EXPECT_EQ(Run({"--images", Images("bad", {"UPPER/case"}), "--once"}).status, 2);
  EXPECT_EQ(Run({"--once"}).status, 2);
  EXPECT_EQ(Run({"--images", file, "--once", "--metrics", "everywhere:http"}).status, 2);
  EXPECT_EQ(Run({"--images", file, "--once", "--ecr-include-id", "12"}).status, 2);
  EXPECT_EQ(Run({"--images", file, "--once", "--timeout", "2h"}).status, 2);
  EXPECT_EQ(registry_.Total(), 0);
}

}  // namespace
}  // namespace larder::tool
