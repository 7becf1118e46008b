// Credentials of Google's and Azure's registries.
#include "clouds/azure_source.h"
#include "clouds/azure_token.h"
#include "clouds/google_source.h"
#include "fetch/clouds/cloud_test.h"
#include "support/test_certs.h"

namespace larder {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class GoogleTest : public CloudTest {
 protected:
  static constexpr const char* kPath = "/computeMetadata/v1/instance/service-accounts/default/token";
  std::shared_ptr<CredentialSource> Google() { return MakeGoogleSource(Http(), With(CloudOptions())); }
  void Serve(const std::string& life = "3600") {
    environment_["GCE_METADATA_HOST"] = server_.host();
    server_.On("GET", kPath, [this, life](const Asked& asked) {
      if (asked.Find("metadata-flavor") != "Google") return Reply(403);
      return Reply(200, R"({"access_token":"ya29-)" + std::to_string(++issued_) + R"(","expires_in":)" + life +
                            R"(,"token_type":"Bearer"})");
    });
  }
};

TEST_F(GoogleTest, ATokenIsKeptUntilShortlyBeforeItExpires) {
  Serve();
  const auto google = Google();
  const std::string first = "oauth2accesstoken:ya29-1 from Google's metadata service";
  EXPECT_EQ(Who(*google, "gcr.io/team/app"), first);
  EXPECT_EQ(Who(*google, "eu.gcr.io/team/app"), first);
  timers_.Advance(minutes(50));
  EXPECT_EQ(Who(*google, "europe-docker.pkg.dev/team/repo/app"), first);
  EXPECT_EQ(server_.requests().size(), 1u);
  timers_.Advance(minutes(9));
  EXPECT_EQ(Who(*google, "gcr.io/team/app"), first) << "renewed while it is still good";
  EXPECT_TRUE(server_.WaitForRequests(2));
  timers_.Advance(minutes(2));
  EXPECT_THAT(Who(*google, "gcr.io/team/app"), HasSubstr("ya29-2"));
}

TEST_F(GoogleTest, OnlyGooglesRegistriesGetTheToken) {
  Serve();
  const auto google = Google();
  for (const char* image : {"quay.io/a/b", "alpine", "xgcr.io/a/b", "gcr.io.example.com/a/b", "pkg.dev/a/b",
                            "gcr.io:5000/a/b", "google.com/a/b"}) {
    EXPECT_EQ(Who(*google, image), "none") << image;
  }
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(GoogleTest, AwayFromGoogleThereIsNoneAndTheServiceIsLeftAlone) {
  const auto google = Google();
  EXPECT_EQ(Who(*google, "gcr.io/team/app"), "none");
  EXPECT_TRUE(log_.empty());
  Serve();  // of no use: who was asked stays the same
  server_.On("GET", kPath, Reply(404));
  const auto other_cloud = Google();
  EXPECT_EQ(Who(*other_cloud, "gcr.io/team/app"), "none");
  EXPECT_EQ(Who(*other_cloud, "gcr.io/team/app"), "none");
  EXPECT_EQ(server_.requests().size(), 1u);
  timers_.Advance(minutes(11));
  EXPECT_EQ(Who(*other_cloud, "gcr.io/team/app"), "none");
  EXPECT_EQ(server_.requests().size(), 2u);
}

TEST_F(GoogleTest, AnOutageOnGoogleIsAnErrorAndNotAnonymous) {
  Serve("120");
  const auto google = Google();
  EXPECT_THAT(Who(*google, "gcr.io/team/app"), HasSubstr("ya29-1"));
  server_.On("GET", kPath, Reply(503));
  timers_.Advance(seconds(115));
  EXPECT_THAT(Who(*google, "gcr.io/team/app"), HasSubstr("ya29-1"));
  timers_.Advance(seconds(10));
  const Answer answer = Ask(*google, "gcr.io/team/app");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_TRUE(answer.error().retry_at.has_value());
}

TEST_F(GoogleTest, AnAnswerWithoutATokenIsAnErrorThatShowsNothing) {
  Serve();
  for (const char* body : {"", "{}", "<html>hunter2</html>", R"({"access_token":"hunter2\r\nX: y"})"}) {
    server_.On("GET", kPath, Reply(200, body));
    EXPECT_THAT(Who(*Google(), "gcr.io/a/b"), AllOf(HasSubstr("unavailable"), Not(HasSubstr("hunter2")))) << body;
  }
}

class AzureTest : public CloudTest {
 protected:
  AzureTest() : registry_(Tls()) {
    http::SessionOptions session;
    session.hosts["team.azurecr.io"].connect_to = registry_.host();
    session.hosts["team.azurecr.io"].ca_file = Certs().ca_file();
    UseSession(std::move(session));
    registry_.On("POST", "/oauth2/exchange", [this](const Asked&) {
      // {"iat":1000,"exp":11800}: three hours
      return Reply(200, R"({"refresh_token":"h.)" + EncodeBase64(R"({"iat":1000,"exp":11800})") + "." +
                            std::to_string(++issued_) + "\"}");
    });
    config_file_ = (dir_ / "azure.json").string();
  }
  static const testing::TestCerts& Certs() {
    static const testing::TestCerts kCerts({"team.azurecr.io"});
    return kCerts;
  }
  static testing::TlsOptions Tls() {
    testing::TlsOptions tls;
    tls.certs = &Certs();
    return tls;
  }
  std::shared_ptr<CredentialSource> Azure() {
    AzureOptions options;
    options.config_file = config_file_;
    auto source = MakeAzureSource(Http(), With(std::move(options)));
    EXPECT_TRUE(source.has_value()) << source.error().message;
    return *std::move(source);
  }
  void ServeMachine() {
    environment_["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = server_.url("/");
    server_.On("GET", "/metadata/identity/oauth2/token", [](const Asked& asked) {
      if (asked.Find("metadata") != "true") return Reply(400);
      return Reply(200, R"({"access_token":"machine","expires_in":"3599"})");
    });
  }

  testing::ScriptedServer registry_;
  std::string config_file_;
};

TEST_F(AzureTest, AzureJsonsPrincipalIsSentAsItIs) {
  WriteFile("azure.json", R"({"tenantId":"t","aadClientId":"id","aadClientSecret":"secret"})");
  const auto azure = Azure();
  const std::string who = "id:secret from " + config_file_;
  for (const char* image : {"team.azurecr.io/app", "team.azurecr.cn/app", "team.azurecr.de/a", "team.AZURECR.us/a"}) {
    EXPECT_EQ(Who(*azure, image), who) << image;
  }
  for (const char* image : {"azurecr.io/app", "team.azurecr.io.example.com/a", "xazurecr.io/a", "team.azurecr.fr/a"}) {
    EXPECT_EQ(Who(*azure, image), "none") << image;
  }
  WriteFile("azure.json", R"({"aadClientId":"id","aadClientSecret":"rotated"})");
  timers_.Advance(minutes(6));
  EXPECT_EQ(Who(*azure, "team.azurecr.io/app"), "id:rotated from " + config_file_);
  EXPECT_TRUE(registry_.requests().empty());
}

TEST_F(AzureTest, ANamedFileMustBeOne) {
  AzureOptions options;
  options.config_file = config_file_;
  EXPECT_EQ(MakeAzureSource(Http(), options).error().code, Errc::not_found);
  for (const char* text : {"", "[]", "{\"aadClientSecret\":\"hunter2\""}) {
    WriteFile("azure.json", text);
    const auto made = MakeAzureSource(Http(), options);
    ASSERT_FALSE(made.has_value()) << text;
    EXPECT_EQ(made.error().code, Errc::invalid_argument);
    EXPECT_THAT(made.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST_F(AzureTest, AMachinesTokenIsExchangedAtTheRegistry) {
  WriteFile("azure.json", R"({"aadClientId":"msi","aadClientSecret":"msi","userAssignedIdentityID":"user id"})");
  ServeMachine();
  const auto azure = Azure();
  const std::string who = Who(*azure, "team.azurecr.io/app");
  EXPECT_THAT(who, AllOf(HasSubstr("00000000-0000-0000-0000-000000000000:h."),
                         HasSubstr(" from token exchange at team.azurecr.io")));
  ASSERT_EQ(server_.requests().size(), 1u);
  EXPECT_EQ(server_.requests()[0].query,
            "api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F&client_id=user%20id");
  ASSERT_EQ(registry_.requests().size(), 1u);
  EXPECT_EQ(registry_.requests()[0].body, "grant_type=access_token&service=team.azurecr.io&access_token=machine");
  EXPECT_FALSE(Ask(*azure, "team.azurecr.io/app")->value().identity_token.empty()) << "POSTed, not sent as Basic";
  timers_.Advance(minutes(160));
  EXPECT_EQ(Who(*azure, "team.azurecr.io/other"), who);
  timers_.Advance(minutes(30));
  EXPECT_NE(Who(*azure, "team.azurecr.io/app"), who) << "the token said three hours";
}

TEST_F(AzureTest, AWorkloadIdentityIsAskedForAtTheDirectory) {
  WriteFile("azure.json", "{}");
  WriteFile("federated", "jwt.of.pod\n");
  environment_["AZURE_FEDERATED_TOKEN_FILE"] = (dir_ / "federated").string();
  environment_["AZURE_CLIENT_ID"] = "client";
  environment_["AZURE_TENANT_ID"] = "tenant";
  environment_["AZURE_AUTHORITY_HOST"] = server_.url("/");
  server_.On("POST", "/tenant/oauth2/v2.0/token", Reply(200, R"({"access_token":"aad"})"));
  EXPECT_THAT(Who(*Azure(), "team.azurecr.io/app"), HasSubstr("token exchange"));
  ASSERT_EQ(server_.requests().size(), 1u);
  EXPECT_EQ(server_.requests()[0].body,
            "grant_type=client_credentials&client_id=client&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
            "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
            "&client_assertion=jwt.of.pod");
  EXPECT_EQ(registry_.requests().at(0).body,
            "grant_type=access_token&service=team.azurecr.io&tenant=tenant&access_token=aad");

  std::filesystem::remove(dir_ / "federated");
  EXPECT_THAT(Who(*Azure(), "team.azurecr.io/app"), HasSubstr("federated token"));
  environment_.erase("AZURE_FEDERATED_TOKEN_FILE");
  environment_["AZURE_CLIENT_SECRET"] = "hunter2";
  EXPECT_THAT(Who(*Azure(), "team.azurecr.io/app"), HasSubstr("token exchange"));
  EXPECT_THAT(server_.requests()[1].body, HasSubstr("&client_secret=hunter2"));
  server_.On("POST", "/tenant/oauth2/v2.0/token",
             Reply(401, R"({"error":"invalid_client","error_description":"hunter2"})"));
  EXPECT_THAT(Who(*Azure(), "team.azurecr.io/app"), AllOf(HasSubstr("invalid_client"), Not(HasSubstr("hunter2"))));
}

TEST_F(AzureTest, WithoutAnIdentityThereIsNone) {
  WriteFile("azure.json", "{}");
  EXPECT_EQ(Who(*Azure(), "team.azurecr.io/app"), "none");
  ServeMachine();
  server_.On("GET", "/metadata/identity/oauth2/token", Reply(400, R"({"error":"invalid_request"})"));
  EXPECT_EQ(Who(*Azure(), "team.azurecr.io/app"), "none");
  EXPECT_TRUE(registry_.requests().empty());
}

TEST_F(AzureTest, ARefusedExchangeLeavesTheRegistryAloneForTenMinutes) {
  WriteFile("azure.json", "{}");
  ServeMachine();
  registry_.On("POST", "/oauth2/exchange", Reply(401, R"({"errors":[{"code":"UNAUTHORIZED"}]})"));
  const auto azure = Azure();
  EXPECT_THAT(Who(*azure, "team.azurecr.io/app"), HasSubstr("token exchange at team.azurecr.io: status 401"));
  EXPECT_FALSE(Ask(*azure, "team.azurecr.io/app").has_value());
  EXPECT_EQ(registry_.requests().size(), 1u);
  // Nor does one that tells what it was sent make it known: "machine" is the machine's token.
  registry_.On("POST", "/oauth2/exchange",
               [](const Asked& asked) { return Reply(401, R"({"error":")" + asked.body + "\"}"); });
  timers_.Advance(std::chrono::minutes(11));
  const std::string told = Who(*azure, "team.azurecr.io/app");
  EXPECT_THAT(told, HasSubstr("access_token=***"));
  EXPECT_THAT(told, ::testing::Not(HasSubstr("machine&")));
  EXPECT_THAT(told, ::testing::Not(HasSubstr("=machine")));
}

}  // namespace
}  // namespace larder
