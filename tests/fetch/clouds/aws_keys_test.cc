// Where AWS keys are found, seen by what the token's request is signed with.
#include "fetch/clouds/cloud_test.h"
#include "support/test_certs.h"

namespace larder {
namespace {

using ::testing::AllOf;
using testing::AwsSignatureProblem;
using ::testing::HasSubstr;
using ::testing::Not;

class AwsKeysTest : public CloudTest {
 protected:
  AwsKeysTest() {
    environment_["AWS_ENDPOINT_URL_ECR"] = server_.url("/ecr");
    environment_["AWS_REGION"] = "eu-west-1";
    server_.On("POST", "/ecr", [](const Asked&) { return Token("t"); });
  }
  // Asks, and checks that ECR was asked with these keys.
  void ExpectKeys(const std::string& from, const std::string& access, const std::string& secret,
                  const std::string& session) {
    server_.ForgetRequests();
    const auto source = Ecr();
    EXPECT_EQ(Who(*source, kIreland), "AWS:t from ECR in eu-west-1, keys of " + from);
    const auto requests = server_.requests();
    ASSERT_FALSE(requests.empty());
    EXPECT_EQ(requests.back().path, "/ecr");
    EXPECT_THAT(requests.back().Find("authorization").value_or(""), HasSubstr("Credential=" + access + "/"));
    EXPECT_EQ(AwsSignatureProblem(requests.back(), "eu-west-1", "ecr", secret), "");
    EXPECT_EQ(requests.back().Find("x-amz-security-token").value_or(""), session);
  }
  std::string Problem() {
    const auto source = Ecr();
    return Who(*source, kIreland);
  }
  static std::string MetadataKeys(const std::string& access) {
    return R"({"AccessKeyId":")" + access + R"(","SecretAccessKey":"SECRET","Token":"SESSION","Expiration":"x"})";
  }
  void ServeInstance(const std::string& role = "app-role") {
    environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url("/");
    server_.On("PUT", "/latest/api/token", [](const Asked& asked) {
      return asked.Find("x-aws-ec2-metadata-token-ttl-seconds") == "21600" ? Reply(200, "v2-token\n") : Reply(400);
    });
    const auto guarded = [](std::string body) {
      return [body](const Asked& asked) {
        return asked.Find("x-aws-ec2-metadata-token") == "v2-token" ? Reply(200, body) : Reply(401);
      };
    };
    server_.On("GET", "/latest/meta-data/iam/security-credentials/", guarded(role));
    server_.On("GET", "/latest/meta-data/iam/security-credentials/" + role, guarded(MetadataKeys("INSTANCE")));
    server_.On("GET", "/latest/meta-data/placement/region", guarded("eu-west-1"));
  }
  void ServeSts() {
    environment_["AWS_ENDPOINT_URL_STS"] = server_.url("/sts");
    server_.On("POST", "/sts",
               Reply(200,
                     "<R><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey>"
                     "<SessionToken>SESSION</SessionToken></Credentials></R>"));
  }
};

TEST_F(AwsKeysTest, TheEnvironmentComesBeforeTheFilesAndBoth) {
  WriteFile(".aws/config", "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = C\n");
  ExpectKeys("~/.aws/credentials [default]", "CONFIG", "C", "");
  WriteFile(".aws/credentials",
            "[default]\naws_access_key_id = FILE\naws_secret_access_key = F\naws_session_token = FS\n"
            "[dev]\naws_access_key_id = DEV\naws_secret_access_key = D\n");
  ExpectKeys("~/.aws/credentials [default]", "FILE", "F", "FS");
  environment_["AWS_PROFILE"] = "dev";
  ExpectKeys("~/.aws/credentials [dev]", "DEV", "D", "");
  UseKeys();
  ExpectKeys("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", kSecret, "");
}

TEST_F(AwsKeysTest, FilesMayBeElsewhereAndAreReadAnewForEachToken) {
  WriteFile("mine", "[default]\naws_access_key_id = ONE\naws_secret_access_key = 1\n");
  environment_["AWS_SHARED_CREDENTIALS_FILE"] = (dir_ / "mine").string();
  const auto source = Ecr();
  Who(*source, kIreland);
  WriteFile("mine", "[default]\naws_access_key_id = TWO\naws_secret_access_key = 2\n");
  timers_.Advance(std::chrono::hours(13));
  Who(*source, kIreland);
  ASSERT_EQ(server_.requests().size(), 2u);
  EXPECT_THAT(server_.requests()[0].Find("authorization").value_or(""), HasSubstr("Credential=ONE/"));
  EXPECT_THAT(server_.requests()[1].Find("authorization").value_or(""), HasSubstr("Credential=TWO/"));
}

TEST_F(AwsKeysTest, AProfileThatCannotBeUsedIsSaid) {
  environment_["AWS_PROFILE"] = "missing";
  EXPECT_THAT(Problem(), HasSubstr("there is no profile \"missing\""));
  WriteFile(".aws/config", "[profile missing]\nrole_arn = arn:x\nsource_profile = base\n");
  EXPECT_THAT(Problem(), AllOf(HasSubstr("[missing]"), HasSubstr("source_profile, which is not supported")));
}

TEST_F(AwsKeysTest, TheRegionMayStandInTheProfile) {
  environment_.erase("AWS_REGION");
  UseKeys();
  EXPECT_THAT(Problem(), HasSubstr("no region is named or detected"));
  WriteFile(".aws/config", "[default]\nregion = eu-west-1\n");
  ExpectKeys("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", kSecret, "");
  environment_["AWS_REGION"] = "evil.example/";
  EXPECT_THAT(Problem(), HasSubstr("the AWS region that is set can be none"));
}

TEST_F(AwsKeysTest, AWebIdentityIsExchangedForARolesKeys) {
  WriteFile("token", "jwt.of.pod\n");
  environment_["AWS_WEB_IDENTITY_TOKEN_FILE"] = (dir_ / "token").string();
  environment_["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/app";
  ServeSts();
  ExpectKeys("web identity, role arn:aws:iam::123456789012:role/app", "ROLE", "SECRET", "SESSION");
  const Asked sts = server_.requests()[0];
  EXPECT_EQ(sts.body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fapp"
            "&RoleSessionName=larder&WebIdentityToken=jwt.of.pod");
  EXPECT_EQ(sts.Find("content-type"), "application/x-www-form-urlencoded");
  EXPECT_FALSE(sts.Find("authorization").has_value()) << "not signed";
  server_.On("POST", "/sts",
             Reply(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>jwt.of.pod</Message></Error>"));
  EXPECT_THAT(Problem(), AllOf(HasSubstr("AccessDenied"), HasSubstr("unavailable"), Not(HasSubstr("jwt.of.pod"))));
  std::filesystem::remove(dir_ / "token");
  EXPECT_THAT(Problem(), HasSubstr("web identity token"));
}

TEST_F(AwsKeysTest, AWebIdentityMayStandInTheProfile) {
  WriteFile("token", "jwt");
  WriteFile(".aws/config",
            "[default]\nrole_arn = arn:r\nweb_identity_token_file = " + (dir_ / "token").string() + "\n");
  ServeSts();
  ExpectKeys("web identity, role arn:r", "ROLE", "SECRET", "SESSION");
}

TEST_F(AwsKeysTest, StsIsAskedInTheRegion) {
  environment_.erase("AWS_ENDPOINT_URL");
  WriteFile("token", "jwt");
  environment_["AWS_WEB_IDENTITY_TOKEN_FILE"] = (dir_ / "token").string();
  environment_["AWS_ROLE_ARN"] = "arn:r";
  environment_["AWS_REGION"] = "cn-north-1";
  const testing::TestCerts certs({"sts.cn-north-1.amazonaws.com.cn"});
  testing::TlsOptions tls;
  tls.certs = &certs;
  testing::ScriptedServer sts(tls);
  http::SessionOptions session;
  session.hosts["sts.cn-north-1.amazonaws.com.cn"].connect_to = sts.host();
  session.hosts["sts.cn-north-1.amazonaws.com.cn"].ca_file = certs.ca_file();
  UseSession(std::move(session));
  const auto source = Ecr();
  EXPECT_THAT(Who(*source, "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/x"), HasSubstr("status 404"));
  EXPECT_EQ(sts.count("POST", "/"), 1u);
}

TEST_F(AwsKeysTest, AContainersKeysByItsRelativeAddress) {
  environment_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/uuid";
  http::SessionOptions session;
  session.hosts["169.254.170.2"].connect_to = server_.host();
  session.hosts["169.254.170.2"].proxy = Nowhere();  // never asked: the address is this machine's
  UseSession(std::move(session));
  server_.On("GET", "/v2/credentials/uuid", Reply(200, MetadataKeys("TASK")));
  ExpectKeys("the container's credentials endpoint", "TASK", "SECRET", "SESSION");
}

TEST_F(AwsKeysTest, AContainersKeysByAFullAddressWithATokenOfAFile) {
  WriteFile("token", "pod-token\n");
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server_.url("/v1/credentials");
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "old";
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = (dir_ / "token").string();
  server_.On("GET", "/v1/credentials", [](const Asked& asked) {
    return asked.Find("authorization") == "pod-token" ? Reply(200, MetadataKeys("POD")) : Reply(403);
  });
  ExpectKeys("the container's credentials endpoint", "POD", "SECRET", "SESSION");
}

TEST_F(AwsKeysTest, AContainersKeysNeverCrossANetworkInTheClear) {
  for (const char* url : {"http://example.com/v1", "http://10.0.0.1/v1", "http://169.254.169.254/v1",
                          "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "nonsense"}) {
    environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    EXPECT_THAT(Problem(), HasSubstr("AWS_CONTAINER_CREDENTIALS_FULL_URI may be https, or http to loopback")) << url;
  }
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(AwsKeysTest, AnInstancesKeysAndRegionByVersionTwoOfItsMetadata) {
  environment_.erase("AWS_REGION");
  ServeInstance();
  ExpectKeys("EC2 instance role app-role", "INSTANCE", "SECRET", "SESSION");
  environment_["AWS_EC2_METADATA_DISABLED"] = "True";
  EXPECT_THAT(Problem(), HasSubstr("no region is named or detected"));
  environment_["AWS_REGION"] = "eu-west-1";
  EXPECT_EQ(Problem(), "none");
}

TEST_F(AwsKeysTest, AnInstanceWithoutARoleHasNoKeys) {
  ServeInstance("");
  EXPECT_EQ(Problem(), "none");
  server_.On("GET", "/latest/meta-data/iam/security-credentials/", Reply(404));
  EXPECT_EQ(Problem(), "none");
  server_.On("GET", "/latest/meta-data/iam/security-credentials/", Reply(200, "../../evil"));
  EXPECT_EQ(Problem(), "none");
  server_.On("GET", "/latest/meta-data/iam/security-credentials/", Reply(500));
  EXPECT_THAT(Problem(), HasSubstr("status 500")) << "there may be one, and it is not known which";
}

TEST_F(AwsKeysTest, MetadataIsAskedForOneSecondAndWithoutAProxy) {
  const http::Request request = MetadataRequest(http::Method::put, "http://169.254.169.254/latest/api/token");
  EXPECT_EQ(request.timeout, std::chrono::seconds(1));
  EXPECT_EQ(request.connect_timeout, std::chrono::seconds(1));
  EXPECT_TRUE(request.direct);
  EXPECT_FALSE(request.follow_redirects);
}

}  // namespace
}  // namespace larder
