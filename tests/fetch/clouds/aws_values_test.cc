// Hosts, files and answers of AWS, without a network.
#include <gmock/gmock.h>

#include "clouds/aws_answers.h"
#include "clouds/aws_file.h"
#include "clouds/ecr_endpoint.h"
#include "http/base64.h"

namespace larder {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(EcrHostTest, KnowsEveryShapeOfHost) {
  const struct {
    const char *host, *region, *api;
  } kHosts[] = {
      {"123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1", "https://api.ecr.eu-west-1.amazonaws.com/"},
      {"123456789012.dkr.ecr.us-east-1.amazonaws.com", "us-east-1", "https://api.ecr.us-east-1.amazonaws.com/"},
      {"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1",
       "https://ecr-fips.us-gov-west-1.amazonaws.com/"},
      {"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1",
       "https://api.ecr.cn-north-1.amazonaws.com.cn/"},
      {"123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1",
       "https://api.ecr.us-isob-east-1.sc2s.sgov.gov/"},
      {"123456789012.dkr-ecr.us-west-2.on.aws", "us-west-2", "https://ecr.us-west-2.api.aws/"},
      {"123456789012.dkr-ecr-fips.us-west-2.on.aws", "us-west-2", "https://ecr-fips.us-west-2.api.aws/"},
      {"123456789012.DKR.ECR.eu-west-1.amazonaws.com", "eu-west-1", "https://api.ecr.eu-west-1.amazonaws.com/"},
  };
  for (const auto& [host, region, api] : kHosts) {
    const auto registry = ParseEcrHost(host);
    ASSERT_TRUE(registry.has_value()) << host;
    EXPECT_EQ(*registry, (EcrRegistry{"123456789012", region})) << host;
    EXPECT_EQ(EcrEndpointFor(host)->url, api) << host;
  }
}

TEST(EcrHostTest, TakesNothingElseForOne) {
  for (const char* host :
       {"12345678901.dkr.ecr.eu-west-1.amazonaws.com", "1234567890123.dkr.ecr.eu-west-1.amazonaws.com",
        "12345678901a.dkr.ecr.eu-west-1.amazonaws.com", "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
        "123456789012.dkr.ecr.eu-west-1.evil.example", "123456789012.dkr.ecr.eu.west.amazonaws.com",
        "123456789012.dkr.ecr.amazonaws.com", "123456789012.dkr.ecr..amazonaws.com", "dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr-ecr.eu-west-1.amazonaws.com", "123456789012.dkr.ecr.eu-west-1.on.aws", "public.ecr.aws",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com:5000", "123456789012.s3.eu-west-1.amazonaws.com", ""}) {
    EXPECT_FALSE(ParseEcrHost(host).has_value()) << host;
    EXPECT_FALSE(EcrEndpointFor(host).has_value()) << host;
  }
  EXPECT_TRUE(IsEcrPublic("public.ecr.aws"));
  EXPECT_TRUE(IsEcrPublic("ecr-public.aws.com"));
  EXPECT_FALSE(IsEcrPublic("xpublic.ecr.aws"));
}

TEST(AwsFileTest, ReadsProfilesAsAwsWritesThem) {
  const AwsFile file = ParseAwsFile(
      "# ours\r\n"
      "[default]\n"
      "region = eu-west-1\n"
      "aws_secret_access_key = a/b+c=#d ; the newer one\n"
      "s3 =\n"
      "  max_concurrent_requests = 20\n"
      "region=eu-west-2\n"
      "[profile dev]\n"
      "Region=us-east-1\n"
      "[profile \"two words\"]\n"
      "region = us-east-2\n"
      "[sso-session corp]\n"
      "region = nowhere\n"
      "no equals here\n"
      "[broken\n"
      "region = lost\n");
  EXPECT_EQ(file.size(), 3u);
  EXPECT_THAT(file.at("default"),
              ElementsAre(Pair("aws_secret_access_key", "a/b+c=#d"), Pair("region", "eu-west-2"), Pair("s3", "")));
  EXPECT_THAT(file.at("dev"), ElementsAre(Pair("region", "us-east-1")));
  EXPECT_THAT(file.at("two words"), ElementsAre(Pair("region", "us-east-2")));
}

TEST(AwsAnswersTest, AnEcrTokenLivesTwelveHoursAtMost) {
  const Time now = Time(std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000)));
  const std::string token = R"("authorizationToken":")" + EncodeBase64("AWS:p:w") + "\"";
  const struct {
    std::string expires;
    Duration life;
  } kCases[] = {
      {R"(,"expiresAt":1.7000036e9)", std::chrono::hours(1)},
      {R"(,"expiresAt":1700003600.5)", std::chrono::hours(1) + std::chrono::milliseconds(500)},
      {R"(,"expiresAt":1800000000)", std::chrono::hours(12)},
      {R"(,"expiresAt":1e1000)", std::chrono::hours(12)},
      {R"(,"expiresAt":"soon")", std::chrono::hours(12)},
      {"", std::chrono::hours(12)},
      {R"(,"expiresAt":1600000000)", std::chrono::minutes(5)},
  };
  for (const auto& [expires, life] : kCases) {
    const auto read = ReadEcrToken(R"({"authorizationData":[{)" + token + expires + "}]}", now);
    ASSERT_TRUE(read.has_value()) << expires;
    EXPECT_EQ(read->credential.username, "AWS");
    EXPECT_EQ(read->credential.password, "p:w");
    EXPECT_EQ(read->expires - now, life) << expires;
  }
  EXPECT_TRUE(ReadEcrToken(R"({"authorizationData":{)" + token + "}}", now).has_value()) << "ECR Public's object";
}

TEST(AwsAnswersTest, AnAnswerWithoutATokenIsUnavailable) {
  for (const char* text : {"", "{}", "[]", "<html>", R"({"authorizationData":[]})", R"({"authorizationData":[{}]})",
                           R"({"authorizationData":[{"authorizationToken":"!"}]})",
                           R"({"authorizationData":[{"authorizationToken":"bm9jb2xvbg=="}]})"}) {
    const auto read = ReadEcrToken(text, Time());
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, Errc::unavailable) << text;
  }
}

TEST(AwsAnswersTest, ReadsKeysOfMetadataAndOfSts) {
  const auto metadata =
      ReadMetadataKeys(R"({"Code":"Success","AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"x"})");
  ASSERT_TRUE(metadata.has_value());
  EXPECT_EQ(metadata->access_key + metadata->secret_key + metadata->session_token, "AST");
  const auto sts = ReadStsKeys(
      "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><X><Credentials>"
      "<SessionToken>\n T/+= \n</SessionToken><SecretAccessKey>S</SecretAccessKey><AccessKeyId>A</AccessKeyId>"
      "</Credentials></X></AssumeRoleWithWebIdentityResponse>");
  ASSERT_TRUE(sts.has_value());
  EXPECT_EQ(sts->access_key + sts->secret_key + sts->session_token, "AST/+=");
  for (const char* text : {"", "{}", R"({"Code":"Failed"})", R"({"AccessKeyId":"A"})",
                           R"({"AccessKeyId":"A\r\nX: y","SecretAccessKey":"S"})"}) {
    EXPECT_FALSE(ReadMetadataKeys(text).has_value()) << text;
    EXPECT_FALSE(ReadStsKeys(text).has_value()) << text;
  }
  EXPECT_FALSE(ReadStsKeys("<AccessKeyId>A<b/></AccessKeyId><SecretAccessKey>S</SecretAccessKey>").has_value());
  EXPECT_FALSE(ReadStsKeys("<AccessKeyId>A").has_value());
}

}  // namespace
}  // namespace larder
