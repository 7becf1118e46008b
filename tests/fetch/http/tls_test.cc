// TLS, insecure hosts, and the options of hosts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fetch/http/fetching.h"
#include "http/hosts.h"
#include "support/free_port.h"
#include "support/scripted_server.h"
#include "support/test_certs.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using testing::FetchAll;
using testing::FetchOne;
using testing::Get;
using ::testing::HasSubstr;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using testing::TestCerts;
using testing::TlsOptions;

class TlsTest : public ::testing::Test {
 protected:
  static const TestCerts& Certs() {
    static const TestCerts kCerts({"registry.example.com"});
    return kCerts;
  }
  static TlsOptions Tls() {
    TlsOptions tls;
    tls.certs = &Certs();
    return tls;
  }
  static void Answers(ScriptedServer& server) {
    server.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200, "x"); });
  }
  Result<Response> Fetch(const SessionOptions& options, const std::string& url) {
    Session session(loop_, options);
    return FetchOne(loop_, session, Get(url));
  }

  Loop loop_;
};

TEST_F(TlsTest, ACertificateIsVerifiedByTheHostsCa) {
  ScriptedServer server(Tls());
  Answers(server);
  SessionOptions options;
  options.hosts[server.host()].ca_file = Certs().ca_file();
  const Result<Response> answer = Fetch(options, server.url("/x"));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->body, "x");
}

TEST_F(TlsTest, ACertificateOfNobodyIsUnavailableAndSaysWhatToDo) {
  ScriptedServer server(Tls());
  Answers(server);
  const Result<Response> answer = Fetch({}, server.url("/x"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("not trusted"));
  EXPECT_THAT(answer.error().message, HasSubstr("ca_file"));
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST_F(TlsTest, ACertificateForAnotherNameIsNotTrusted) {
  ScriptedServer server(Tls());
  Answers(server);
  SessionOptions options;
  options.hosts["*"].ca_file = Certs().ca_file();
  options.hosts["*"].connect_to = server.host();
  EXPECT_TRUE(Fetch(options, "https://registry.example.com/x").has_value());
  const Result<Response> answer = Fetch(options, "https://other.example.com/x");
  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().message, HasSubstr("not trusted"));
}

TEST_F(TlsTest, AClientCertificateIsShownWhereTheHostHasOne) {
  TlsOptions tls = Tls();
  tls.ask_client_certificate = true;
  ScriptedServer server(tls);
  Answers(server);
  SessionOptions options;
  options.hosts["*"].ca_file = Certs().ca_file();
  EXPECT_EQ(Fetch(options, server.url("/x")).error().code, Errc::unavailable);
  options.hosts[server.host()].client_cert_file = Certs().client_cert();
  options.hosts[server.host()].client_key_file = Certs().client_key();
  const Result<Response> answer = Fetch(options, server.url("/x"));
  EXPECT_TRUE(answer.has_value()) << answer.error().ToString();
}

TEST_F(TlsTest, FilesThatCannotBeReadAreInvalidAndNamed) {
  ScriptedServer server(Tls());
  SessionOptions options;
  options.hosts["*"].ca_file = "/nowhere/ca.pem";
  const Result<Response> answer = Fetch(options, server.url("/x"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::invalid_argument);
  EXPECT_THAT(answer.error().message, HasSubstr("/nowhere/ca.pem"));
  options.hosts["*"].ca_file = Certs().ca_file();
  options.hosts["*"].client_cert_file = "/nowhere/cert.pem";
  EXPECT_EQ(Fetch(options, server.url("/x")).error().code, Errc::invalid_argument);
}

TEST_F(TlsTest, AnInsecureHostsCertificateIsNotVerified) {
  ScriptedServer server(Tls());
  Answers(server);
  SessionOptions options;
  options.hosts["127.0.0.1"].insecure = true;
  const Result<Response> answer = Fetch(options, server.url("/x"));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_TRUE(answer->url.starts_with("https://"));
}

TEST_F(TlsTest, AnInsecureHostThatSpeaksPlainHttpIsAskedSoAndRemembered) {
  ScriptedServer server;
  Answers(server);
  SessionOptions options;
  options.hosts[server.host()].insecure = true;
  std::vector<std::string> warnings;
  options.log = [&](LogLevel level, std::string_view message) {
    EXPECT_EQ(level, LogLevel::warning);
    warnings.emplace_back(message);
  };
  Session session(loop_, options);
  const std::string url = "https://" + server.host() + "/x";
  Request request = Get(url);
  request.connect_timeout = milliseconds(500);  // this server waits for more of what is no HTTP
  const Result<Response> answer = FetchOne(loop_, session, request);
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->url, server.url("/x"));
  const int before = server.connections();
  ASSERT_TRUE(FetchOne(loop_, session, request).has_value());
  EXPECT_EQ(server.connections(), before) << "TLS was tried again";
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr(server.host()));
}

TEST_F(TlsTest, AHostThatIsNotNamedInsecureIsNeverAskedWithoutTls) {
  ScriptedServer server;
  Answers(server);
  SessionOptions options;
  options.hosts["other.example.com"].insecure = true;
  Session session(loop_, options);
  Request request = Get("https://" + server.host() + "/x");
  request.connect_timeout = milliseconds(200);
  request.headers = {{"Authorization", "secret"}};
  const Result<Response> answer = FetchOne(loop_, session, request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST_F(TlsTest, AnInsecureHostWithoutPortHasPlainHttpOnPort80) {
  // Both names lead to one port: what is asked there by TLS is refused, as a closed port 443 would.
  ScriptedServer server;
  Answers(server);
  SessionOptions options;
  HostOptions& host = options.hosts["plain.example.com"];
  host.insecure = true;
  host.connect_to = server.host();
  Session session(loop_, options);
  Request request = Get("https://plain.example.com/x");
  request.connect_timeout = milliseconds(500);
  const Result<Response> answer = FetchOne(loop_, session, request);
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->url, "http://plain.example.com/x");
  EXPECT_EQ(server.requests().at(0).Find("host"), "plain.example.com");
}

TEST_F(TlsTest, WhereNothingListensAnInsecureHostsErrorSaysBoth) {
  const testing::RefusingPort port;
  SessionOptions options;
  options.hosts["gone.example.com"].insecure = true;
  options.hosts["gone.example.com"].connect_to = "127.0.0.1:" + std::to_string(port.port());
  const Result<Response> answer = Fetch(options, "https://gone.example.com/x");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("http://gone.example.com/x"));
  EXPECT_THAT(answer.error().message, HasSubstr("with TLS"));
}

TEST_F(TlsTest, AColdHostOnHttp1GetsItsBurstOfConnectionsAndNoMore) {
  ScriptedServer server(Tls());
  server.Otherwise([](const ScriptedRequest&) {
    ScriptedReply reply(200, "x");
    reply.delay = milliseconds(2);
    return reply;
  });
  SessionOptions options;
  options.hosts["*"].ca_file = Certs().ca_file();
  options.hosts["*"].slots = 4;
  Session session(loop_, options);
  for (const auto& answer : FetchAll(loop_, session, std::vector<Request>(40, Get(server.url("/x"))))) {
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  }
  EXPECT_LE(server.connections(), 4);
}

TEST(HostsTest, OptionsAreThoseOfThePortThenOfTheHostThenOfAll) {
  std::map<std::string, HostOptions> configured;
  configured["*"].ca_file = "all.pem";
  configured["*"].proxy = "http://all";
  configured["*"].insecure = true;
  configured["*"].client_cert_file = "all.cert";
  configured["*"].client_key_file = "all.key";
  configured["whole.example"].client_cert_file = "cert-and-key.pem";
  configured["H.example"].ca_file = "host.pem";
  configured["h.example"].slots = 3;
  configured["h.example:5000"].proxy = "none";
  configured["tls.example:443"].slots = 7;
  Hosts hosts(configured);
  EXPECT_EQ(hosts.For("other.example").options.ca_file, "all.pem");
  EXPECT_TRUE(hosts.For("other.example").options.insecure);
  EXPECT_EQ(hosts.For("other.example").options.slots, kDefaultSlots);
  EXPECT_EQ(hosts.For("h.example").options.slots, 3);
  EXPECT_EQ(hosts.For("h.example:8443").options.slots, 3);
  EXPECT_EQ(hosts.For("h.example").options.proxy, "http://all");
  EXPECT_FALSE(hosts.For("h.example").options.insecure);
  EXPECT_EQ(hosts.For("h.example:5000").options.proxy, "none");
  EXPECT_EQ(hosts.For("h.example:5000").options.ca_file, "all.pem");
  EXPECT_EQ(hosts.For("tls.example").options.slots, 7);
  EXPECT_EQ(hosts.For("tls.example").options.client_key_file, "all.key");
  EXPECT_EQ(hosts.For("whole.example").options.client_key_file, "") << "another certificate's key";
  EXPECT_EQ(&hosts.For("TLS.example"), &hosts.For("tls.example"));
  EXPECT_EQ(hosts.For("[::1]:5000").options.ca_file, "all.pem");
}

}  // namespace
}  // namespace larder::http
