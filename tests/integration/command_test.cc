// The larder command from end to end: what it stores, what it shows, how it exits.
#include "integration/command.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iostream>

#include "integration/stack.h"
#include "support/free_port.h"
#include "support/test_certs.h"

namespace larder::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CommandTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    if (IsSkipped()) return;
    Serve();
    for (const auto& repository : samples::MakeDemoRepositories()) {
      if (repository.name == "demo/hello" || repository.name == "demo/windows" || repository.name == "demo/broken") {
        Put(repository);
      }
    }
  }
  LarderCommand command_;
};

TEST_F(CommandTest, RefreshesAndShows) {
  const std::string hello = Directly("demo/hello");
  auto answer = command_.Run({"refresh", hello});
  EXPECT_EQ(answer.status, 0) << answer.output;
  EXPECT_THAT(answer.output, AllOf(HasSubstr("complete, 3 tags"), HasSubstr("1 listing")));

  answer = command_.Run({"list"});
  EXPECT_EQ(answer.status, 0) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr(hello));
  answer = command_.Run({"tags", hello});
  EXPECT_EQ(answer.status, 0) << answer.output;
  EXPECT_THAT(answer.output, AllOf(HasSubstr("1.0"), HasSubstr("latest"), HasSubstr("linux/amd64")));
  answer = command_.Run({"get", hello + ":1.0"});
  EXPECT_EQ(answer.status, 0) << answer.output;
  EXPECT_THAT(answer.output, AllOf(HasSubstr("sha256:"), HasSubstr("created")));
  answer = command_.Run({"get", "--json", hello + ":1.0"});
  EXPECT_EQ(answer.status, 0) << answer.output;
  EXPECT_THAT(answer.output, AllOf(HasSubstr("\"ID\""), HasSubstr("\"Digest\"")));
}

TEST_F(CommandTest, ExitsWith1WhereTheAnswerIsNoOrIncomplete) {
  auto answer = command_.Run({"list"});
  EXPECT_EQ(answer.status, 1) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr("larder refresh")) << "what makes a store";
  answer = command_.Run({"get", Directly("demo/hello:latest")});
  EXPECT_EQ(answer.status, 1) << answer.output;

  answer = command_.Run({"refresh", Directly("demo/broken"), Directly("demo/windows"), Directly("demo/nowhere")});
  EXPECT_EQ(answer.status, 1) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr("partial"));
  answer = command_.Run({"tags", Directly("demo/broken")});
  EXPECT_EQ(answer.status, 1) << answer.output;
  answer = command_.Run({"get", Directly("demo/windows:latest")});
  EXPECT_EQ(answer.status, 1) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr("windows/amd64"));
  answer = command_.Run({"get", Directly("demo/broken:never")});
  EXPECT_EQ(answer.status, 1) << answer.output;
}

TEST_F(CommandTest, ExitsWith2WhereTheCommandLineIsWrong) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"cook"},
                                             {"refresh"},
                                             {"list", "--no-such-option"},
                                             {"get", "Not/A Ref"},
                                             {"refresh", "--rps", "0", "x"}}) {
    const auto answer = command_.Run(arguments);
    EXPECT_EQ(answer.status, 2) << (arguments.empty() ? "" : arguments.front()) << ": " << answer.output;
  }
}

TEST_F(CommandTest, ExitsWith3WhereNothingCanBeAnswered) {
  const RefusingPort nobody;
  const std::string ref = "127.0.0.1:" + std::to_string(nobody.port()) + "/demo/hello";
  auto answer = command_.Run({"refresh", ref});
  EXPECT_EQ(answer.status, 3) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr(ref));
  // One that answers makes it an incomplete answer.
  answer = command_.Run({"refresh", ref, Directly("demo/hello")});
  EXPECT_EQ(answer.status, 1) << answer.output;
  // A store that cannot be opened.
  answer = command_.Run({"list", "--store", "lmdb:/dev/null"});
  EXPECT_THAT(answer.status, ::testing::AnyOf(2, 3)) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr("/dev/null"));
}

TEST_F(CommandTest, FetchesOneImageOnDemand) {
  auto answer = command_.Run({"get", "--fetch", Directly("demo/hello:latest")});
  EXPECT_EQ(answer.status, 0) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr("sha256:"));
  answer = command_.Run({"get", "--fetch", Directly("demo/hello:never")});
  EXPECT_EQ(answer.status, 1) << answer.output;
}

// By options on the line and in a file; and by a name that leads nowhere by itself.
TEST_F(CommandTest, ReachesARegistryThatWantsAClientCertificate) {
  const TestCerts certs;
  DockerRegistryOptions options;
  options.certificate = certs.server_cert();
  options.key = certs.server_key();
  options.client_ca = certs.ca_file();
  Serve(std::move(options));
  Put(samples::MakeUniformRepository("tls/app", 12, 4));
  const std::string ref = Directly("tls/app");
  const std::string host = registry_->host();
  const auto refused = command_.Run({"refresh", ref, "--host-ca", host + "=" + certs.ca_file().string()});
  EXPECT_EQ(refused.status, 3) << refused.output;
  const auto refreshed =
      command_.Run({"refresh", ref, "--host-ca", host + "=" + certs.ca_file().string(), "--host-cert",
                    host + "=" + certs.client_cert().string(), "--host-key", host + "=" + certs.client_key().string()});
  EXPECT_EQ(refreshed.status, 0) << refreshed.output;
  EXPECT_THAT(refreshed.output, HasSubstr("complete, 12 tags"));

  const std::string file = (command_.home() / "hosts.toml").string();
  std::ofstream(file) << "host-ca = \"*=" << certs.ca_file().string()
                      << "\"\nhost-cert = \"*=" << certs.client_cert().string()
                      << "\"\nhost-key = \"*=" << certs.client_key().string()
                      << "\"\nhost-connect = \"localhost:1=" << host << "\"\n";
  const auto aliased = command_.Run({"refresh", "localhost:1/tls/app", "--config", file});
  EXPECT_EQ(aliased.status, 0) << aliased.output;
  command_.environment["LARDER_CONFIG"] = file;
  const auto fetched = command_.Run({"get", "--fetch", "localhost:1/tls/app:v0.0.3"});
  EXPECT_EQ(fetched.status, 0) << fetched.output;
}

// A process that is killed loses what it fetched in its last second, and nothing else.
TEST_F(CommandTest, AfterAKillOnlyTheRestIsFetched) {
  constexpr int kTags = 1000;
  constexpr int kRps = 250;
  constexpr int kBurst = 10;
  Put(samples::MakeUniformRepository("long/fill", kTags, 4));
  const std::vector<std::string> refresh = {
      "refresh", "--rps", std::to_string(kRps), "--burst", std::to_string(kBurst), ByProxy("long/fill")};
  auto process = command_.Start(refresh);
  ASSERT_TRUE(process.has_value()) << process.error().ToString();
  EXPECT_TRUE(Eventually([&] { return AskedOf(*proxy_).gets >= kTags / 2 || !process->Alive(); }));
  EXPECT_TRUE(process->Alive()) << process->ReadOutput();
  process->Kill();
  const Asked first = TakeAsked();
  const auto answer = command_.Run(refresh);
  EXPECT_EQ(answer.status, 0) << answer.output;
  const Asked second = TakeAsked();
  std::cout << "counts: fill of 1,000 tags, killed at half: " << first << "; and then: " << second << '\n';
  EXPECT_LE(first.gets + second.gets, kTags + kRps + kBurst);
  EXPECT_LE(first.gets + first.blobs + second.gets + second.blobs, kTags + kTags / 4 + kRps + kBurst);
}

}  // namespace
}  // namespace larder::testing
