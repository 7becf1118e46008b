// Requests signed for AWS, checked by the specification with the bytes that arrived.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "fetch/http/fetching.h"
#include "support/aws_signature.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using testing::FetchOne;
using ::testing::HasSubstr;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;

TEST(Sigv4Test, ASignedPostIsRightByTheSpecification) {
  ScriptedServer server;
  server.On("POST", "/", ScriptedReply(200));
  Loop loop;
  Session session(loop, {});
  for (const std::size_t token_size : {std::size_t{0}, std::size_t{100}, std::size_t{5000}}) {
    server.ForgetRequests();
    Request request(Method::post, server.url("/"));
    request.body = "{\"registryIds\":[]}";
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"}};
    if (token_size > 0) request.headers.push_back({"X-Amz-Security-Token", std::string(token_size, 't')});
    request.aws = AwsSigning{"eu-west-1", "ecr", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
    const Result<Response> answer = FetchOne(loop, session, request);
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
    const ScriptedRequest seen = server.requests().at(0);
    const std::string authorization = seen.Find("authorization").value_or("");
    EXPECT_THAT(authorization, HasSubstr("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
    EXPECT_THAT(authorization, HasSubstr("/eu-west-1/ecr/aws4_request"));
    EXPECT_THAT(authorization, HasSubstr("host"));
    EXPECT_THAT(authorization, HasSubstr("x-amz-date"));
    EXPECT_EQ(testing::AwsSignatureProblem(seen, request.aws->region, request.aws->service, request.aws->secret_key),
              "");
    EXPECT_EQ(seen.body, request.body);
  }
}

}  // namespace
}  // namespace larder::http
