#include "larder/remote_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <thread>

#include "http/base64.h"
#include "remote_fixture.h"
#include "support/socket.h"

namespace larder {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDigest = "sha256:" + std::string(64, 'a');

class RemoteClientTest : public RemoteFixture {
 protected:
  RemoteClientTest() {
    Reply stalled;
    stalled.stall = true;
    server_.On("*", Path("manifests/slow"), stalled);
    server_.On("*", Path("tags/list"), stalled);
  }
};

TEST_F(RemoteClientTest, AStopEndsACallAsCancelled) {
  std::stop_source stop;
  std::promise<FetchResult<HeadResult>> result;
  client_->Head("slow", {}, stop.get_token(), [&result](auto head) { result.set_value(std::move(head)); });
  ASSERT_TRUE(server_.WaitForRequests(2));
  stop.request_stop();
  const auto head = result.get_future().get();
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().error.code, Errc::cancelled);
  EXPECT_EQ(head.error().blame, Blame::none);
}

TEST_F(RemoteClientTest, AStopThatCameBeforeSendsNothing) {
  std::stop_source stop;
  stop.request_stop();
  std::promise<FetchResult<HeadResult>> result;
  client_->Head("slow", {}, stop.get_token(), [&result](auto head) { result.set_value(std::move(head)); });
  EXPECT_EQ(result.get_future().get().error().error.code, Errc::cancelled);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(RemoteClientTest, DestroyingAClientEndsItsCallsFirst) {
  int cancelled = 0;
  const auto count = [&cancelled](const auto& result) {
    if (!result.has_value() && result.error().error.code == Errc::cancelled) ++cancelled;
  };
  client_->Head("slow", {}, {}, count);
  client_->Manifest("slow", nullptr, {}, count);
  client_->Tags({}, [](TagPage) { FAIL(); }, count);
  ASSERT_TRUE(server_.WaitForRequests(4));
  client_->Head("slow", {}, {}, count);
  client_.reset();
  EXPECT_EQ(cancelled, 4);
}

TEST_F(RemoteClientTest, AClientMayBeDestroyedFromItsOwnCallback) {
  server_.On("HEAD", Path("manifests/v1"), Reply(404));
  std::promise<void> done;
  int others = 0;
  client_->Head("slow", {}, {}, [&others](const auto& result) { others += result.has_value() ? 0 : 1; });
  client_->Head("v1", {}, {}, [&](const auto&) {
    client_.reset();
    done.set_value();
  });
  done.get_future().get();
  EXPECT_EQ(others, 1);
}

TEST_F(RemoteClientTest, ManyCallsOverlap) {
  server_.Otherwise([](const testing::ScriptedRequest&) { return Reply(404); });
  constexpr int kCalls = 200;
  std::atomic<int> left = kCalls;
  std::promise<void> all;
  for (int i = 0; i < kCalls; ++i) {
    client_->Head("t" + std::to_string(i), {}, {}, [&](const auto& result) {
      EXPECT_EQ(result.error().error.code, Errc::not_found);
      if (--left == 0) all.set_value();
    });
  }
  EXPECT_EQ(all.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_LE(server_.max_concurrent(), 11);
}

TEST_F(RemoteClientTest, TheNetworkEndsQuicklyWithCallsInFlight) {
  client_->Head("slow", {}, {}, [](const auto&) {});
  ASSERT_TRUE(server_.WaitForRequests(2));
  const auto start = std::chrono::steady_clock::now();
  client_.reset();
  factory_.reset();
  network_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(RemoteClientTest, CredentialsOfTheRepositoryAreSent) {
  server_.On("GET", "/v2/", Reply(401, "", {{"WWW-Authenticate", "Basic realm=\"r\""}}));
  server_.On("HEAD", Path("manifests/v1"), [](const testing::ScriptedRequest& request) {
    return Reply(request.Find("Authorization") == "Basic cm9ib3Q6c2VjcmV0" ? 200 : 401, "",
                 {{"Docker-Content-Digest", kDigest}});
  });
  Credentials credentials;
  Credential robot;
  robot.username = "robot";
  robot.password = "secret";
  credentials.Add(server_.host() + "/team", robot);
  client_ = ClientFor(kRepository, credentials);
  EXPECT_TRUE(Head("v1").has_value());
  client_ = ClientFor(kRepository);
  const auto anonymous = Head("v1");
  ASSERT_FALSE(anonymous.has_value());
  EXPECT_EQ(anonymous.error().blame, Blame::credential);
  EXPECT_EQ(anonymous.error().error.code, Errc::permission_denied);
}

// A server that tells everything that it was sent in the body of its refusals and in a Warning.
class EchoTest : public RemoteFixture {
 protected:
  static Reply Echo(const testing::ScriptedRequest& request, const std::string& challenge) {
    const std::string sent = request.Find("Authorization").value_or("none") + " " + request.query + " " + request.body;
    std::string escaped;
    for (const char c : sent) escaped += c == '/' ? std::string("\\/") : std::string(1, c);
    return Reply(challenge.empty() ? 403 : 401, R"({"errors":[{"code":"DENIED","message":"got )" + escaped + "\"}]}",
                 {{"Content-Type", "application/json"},
                  {"Warning", "299 - \"got " + sent + "\""},
                  {"WWW-Authenticate", challenge}});
  }
  // With a challenge, and then the refusal of whatever comes with an authorization.
  void ServeEcho(const std::string& challenge) {
    server_.Otherwise([challenge](const testing::ScriptedRequest& request) {
      return Echo(request, request.Find("Authorization").has_value() ? "" : challenge);
    });
    server_.On("GET", "/v2/", Reply(401, "", {{"WWW-Authenticate", challenge}}));
  }
  // Everything told of a listing and a GET with this credential.
  std::string Told(const Credential& credential) {
    Credentials credentials;
    credentials.Add(server_.host(), credential);
    client_ = ClientFor(kRepository, credentials);
    const auto image = Manifest("v1");
    const auto tags = Tags();
    EXPECT_FALSE(image.has_value());
    EXPECT_FALSE(tags.has_value());
    network_->Count();  // comes after what is logged
    std::string told = image.error().error.message + "\n" + tags.error().error.message;
    for (const std::string& line : log()) told += "\n" + line;
    EXPECT_THAT(told, ::testing::HasSubstr("***")) << "the echo is told, without the secret";
    return told;
  }
};

TEST_F(EchoTest, APasswordAndItsHeaderAreNotTold) {
  ServeEcho("Basic realm=\"r\"");
  Credential robot;
  robot.username = "robot";
  robot.password = "hush>?hush?";  // its base64 has '/' and '+'
  const std::string told = Told(robot);
  EXPECT_THAT(told, Not(HasSubstr("hush")));
  EXPECT_THAT(told, Not(HasSubstr(EncodeBase64("robot:hush>?hush?"))));
}

TEST_F(EchoTest, ABearerTokenIsNotTold) {
  ServeEcho("Bearer realm=\"" + server_.url("/token") + "\",service=\"s\"");
  server_.On("GET", "/token", Json(R"({"token":"hush.bearer/token","expires_in":300})"));
  Credential robot;
  robot.username = "robot";
  robot.password = "hush-password";
  EXPECT_THAT(Told(robot), Not(HasSubstr("hush")));
  // One that the user has ready.
  Credential ready;
  ready.registry_token = "hush.ready.token";
  EXPECT_THAT(Told(ready), Not(HasSubstr("hush")));
}

TEST_F(EchoTest, APasswordSentToATokenServerIsNotTold) {
  ServeEcho("Bearer realm=\"" + server_.url("/token") + "\",service=\"s\"");
  Credential robot;
  robot.username = "robot";
  robot.password = "hush-password";
  const std::string told = Told(robot);
  EXPECT_THAT(told, Not(HasSubstr("hush")));
  EXPECT_THAT(told, Not(HasSubstr(EncodeBase64("robot:hush-password"))));
}

TEST_F(EchoTest, ARefreshTokenIsNotTold) {
  ServeEcho("Bearer realm=\"" + server_.url("/token") + "\",service=\"s\"");
  server_.On("POST", "/token", [](const testing::ScriptedRequest& request) { return Echo(request, ""); });
  Credential robot;
  robot.username = "robot";
  robot.identity_token = "hush/refresh+token=";
  const std::string told = Told(robot);
  EXPECT_THAT(told, Not(HasSubstr("hush")));
  EXPECT_THAT(told, Not(HasSubstr("refresh%2Btoken")));
}

TEST_F(EchoTest, NothingThatAnyHopWasSentIsTold) {
  const std::string bearer = "hush.bearer.token";
  testing::ScriptedServer moved;
  moved.Otherwise([bearer](const testing::ScriptedRequest& request) {
    const std::string sent = bearer + " and " + request.query;
    return Reply(403, R"({"errors":[{"code":"DENIED","message":"got )" + sent + "\"}]}",
                 {{"Content-Type", "application/json"}, {"Warning", "299 - \"got " + sent + "\""}});
  });
  const std::string challenge = "Bearer realm=\"" + server_.url("/token") + "\",service=\"s\"";
  ServeEcho(challenge);
  const std::string signed_url =
      moved.url("/blob?X-Amz-Signature=hush-signature&X-Amz-Security-Token=hush%2fsession&sig=hush-sig");
  for (const char* below : {"manifests/v1", "tags/list"}) {
    server_.On("GET", Path(below), [challenge, signed_url](const testing::ScriptedRequest& request) {
      if (!request.Find("Authorization").has_value()) return Echo(request, challenge);
      return Reply(307, "", {{"Location", signed_url}});
    });
  }
  Credential ready;
  ready.registry_token = bearer;
  EXPECT_THAT(Told(ready), Not(HasSubstr("hush")));
  EXPECT_GE(moved.requests().size(), 2u);
}

TEST_F(RemoteClientTest, ARedirectOfThePingGivesTheBase) {
  testing::ScriptedServer moved;
  moved.On("GET", "/v2/", Reply(200, "{}"));
  moved.On("GET", Path("tags/list?n=1000"), Json(R"({"tags":["a"]})"));
  server_.On("GET", "/v2/", Reply(302, "", {{"Location", moved.url("/v2/")}}));
  const auto tags = Tags();
  ASSERT_TRUE(tags.has_value()) << tags.error().error.message;
  EXPECT_EQ(tags->tags, 1u);
}

// A credential is for the server that was configured, whatever that server redirects to and whatever is asked for
// there.
TEST_F(RemoteClientTest, ARedirectOfThePingTakesNoCredentialAlong) {
  testing::ScriptedServer moved;
  Credential robot;
  robot.username = "robot";
  robot.password = "secret";
  Credentials credentials;
  credentials.Add(server_.host() + "/team", robot);
  server_.On("GET", "/v2/", Reply(302, "", {{"Location", moved.url("/v2/")}}));
  for (const std::string& challenge :
       {std::string("Basic realm=\"r\""), "Bearer realm=\"" + moved.url("/token") + "\",service=\"s\""}) {
    moved.Otherwise([&](const testing::ScriptedRequest& request) {
      EXPECT_FALSE(request.Find("Authorization").value_or("").starts_with("Basic")) << request.target;
      if (!request.target.starts_with("/token")) return Reply(401, "", {{"WWW-Authenticate", challenge}});
      return Json(R"({"token":"anonymous"})");
    });
    client_ = ClientFor(kRepository, credentials);
    const auto head = Head("v1");
    ASSERT_FALSE(head.has_value());
    EXPECT_EQ(head.error().error.code, Errc::permission_denied);
    EXPECT_GE(moved.count("HEAD", Path("manifests/v1")), 1u);
    // Nor by the link to a second page, which is on that server.
    moved.On(
        "GET", Path("tags/list?n=1000"),
        Reply(200, R"({"tags":["a"]})",
              {{"Content-Type", "application/json"}, {"Link", "<" + Path("tags/list?last=a") + ">; rel=\"next\""}}));
    EXPECT_FALSE(Tags().has_value());
    EXPECT_GE(moved.count("GET", Path("tags/list")), 2u);
  }
}

TEST_F(RemoteClientTest, CountsRequestsAndConnections) {
  server_.On("HEAD", Path("manifests/v1"), Reply(200, "", {{"Docker-Content-Digest", kDigest}}));
  ASSERT_TRUE(Head("v1").has_value());
  const Network::Counters counters = network_->Count();
  EXPECT_GE(counters.connections, 1u);
  EXPECT_GE(counters.requests.at(server_.host()), 2u);
}

// Says nothing to whoever begins TLS; plain HTTP it answers.
class PlainServer {
 public:
  PlainServer() : listener_(testing::BindLoopback(testing::Transport::tcp, 0).value()) {
    EXPECT_EQ(::listen(listener_.fd(), 16), 0);
    thread_ = std::thread([this] { Run(); });
  }
  ~PlainServer() {
    ::shutdown(listener_.fd(), SHUT_RDWR);
    thread_.join();
  }
  PlainServer(const PlainServer&) = delete;
  PlainServer& operator=(const PlainServer&) = delete;

  std::string host() const { return "127.0.0.1:" + std::to_string(testing::LocalPort(listener_)); }

 private:
  void Run() {
    std::vector<testing::Socket> mute;
    for (;;) {
      testing::Socket client(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.valid()) return;
      std::string request;
      std::array<char, 4096> bytes{};
      ssize_t count = 0;
      while (!request.starts_with('\x16') && request.find("\r\n\r\n") == std::string::npos &&
             (count = ::recv(client.fd(), bytes.data(), bytes.size(), 0)) > 0) {
        request.append(bytes.data(), static_cast<std::size_t>(count));
      }
      if (request.starts_with('\x16')) {
        mute.push_back(std::move(client));
        continue;
      }
      testing::SendAll(client.fd(),
                       "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n"
                       "Docker-Content-Digest: " +
                           kDigest + "\r\n\r\n");
    }
  }

  testing::Socket listener_;
  std::thread thread_;
};

TEST_F(RemoteClientTest, APlainHostThatIsMuteToTlsIsAskedWithinAShortTimeoutToo) {
  const PlainServer server;
  NetworkOptions options;
  options.request_timeout = std::chrono::seconds(2);  // the time to connect is longer
  StartNetwork(std::move(options));
  const auto client = *factory_->ClientFor(*ImageName::Parse(server.host() + "/team/app"), {}, Urgency::now);
  std::promise<FetchResult<HeadResult>> result;
  client->Head("v1", {}, {}, [&result](auto head) { result.set_value(std::move(head)); });
  const auto head = result.get_future().get();
  ASSERT_TRUE(head.has_value()) << head.error().error.message;
  EXPECT_EQ(head->digest.ToString(), kDigest);
}

// Loopback may speak plain HTTP; a rate under its port does not end that.
TEST_F(RemoteClientTest, ARateOfItsOwnLeavesAHostItsSettings) {
  server_.On("HEAD", Path("manifests/v1"), Reply(200, "", {{"Docker-Content-Digest", kDigest}}));
  NetworkOptions options;
  options.limits.hosts[server_.host()].burst = 2;
  StartNetwork(std::move(options));
  const auto head = Head("v1");
  EXPECT_TRUE(head.has_value()) << head.error().error.message;
}

TEST(Network, RefusesSettingsThatCannotBe) {
  NetworkOptions no_rate;
  no_rate.limits.rate.rps = 0;
  NetworkOptions no_file;
  no_file.hosts["example.com"].ca_file = "/nowhere/ca.pem";
  NetworkOptions no_burst;
  no_burst.limits.hosts["example.com"].burst = 0;
  NetworkOptions no_port;
  no_port.hosts["example.com"].connect_to = "127.0.0.1";
  NetworkOptions no_time;
  no_time.request_timeout = std::chrono::milliseconds(0);
  NetworkOptions too_long;
  too_long.connect_timeout = std::chrono::hours(2);
  for (const NetworkOptions& options : {no_rate, no_file, no_burst, no_port, no_time, too_long}) {
    const auto network = Network::Start(options);
    ASSERT_FALSE(network.has_value());
    EXPECT_EQ(network.error().code, Errc::invalid_argument);
  }
}

TEST(RemoteClientFactory, WantsAName) {
  const auto network = Network::Start({});
  ASSERT_TRUE(network.has_value());
  const auto factory = MakeRemoteClientFactory(**network, {});
  EXPECT_EQ(factory->ClientFor(ImageName(), {}, Urgency::now).error().code, Errc::invalid_argument);
  factory->Succeed(*ImageName::Parse("alpine"));
}

TEST_F(RemoteClientTest, WhoARegistryIsAskedAsIsToldOnceAndWithoutTheSecret) {
  Credential credential;
  credential.username = "robot";
  credential.password = "hunter2";
  credential.provenance = "~/.docker/config.json";
  Credentials credentials;
  credentials.Add(server_.host(), credential);
  for (const char* repository : {"team/app", "team/other"}) ClientFor(repository, credentials).reset();
  network_->Count();  // comes after what is told
  EXPECT_THAT(log(), ::testing::ElementsAre(
                         server_.host() + " is asked as anybody",
                         server_.host() + " is asked with {" + server_.host() + ": robot from ~/.docker/config.json}"));
}

}  // namespace
}  // namespace larder
