// Requests signed for AWS, checked by the specification with the bytes that arrived.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <sstream>
#include <string>

#include "fetch/http/fetching.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using testing::FetchOne;
using ::testing::HasSubstr;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string Sha256(std::string_view text) {
  std::array<unsigned char, 32> digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return std::string(digest.begin(), digest.end());
}

std::string Hmac(const std::string& key, std::string_view text) {
  std::array<unsigned char, 32> digest;
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return std::string(digest.begin(), digest.end());
}

// The text after `name` up to a comma or the end.
std::string Part(const std::string& header, const std::string& name) {
  const std::size_t at = header.find(name);
  return at == std::string::npos ? "" : header.substr(at + name.size(), header.find(',', at) - at - name.size());
}

// The signature that the request as received has to carry.
std::string Signature(const ScriptedRequest& request, const AwsSigning& aws, const std::string& signed_headers) {
  std::string canonical = request.method + "\n" + request.path + "\n" + request.query + "\n";
  std::istringstream names(signed_headers);
  for (std::string name; std::getline(names, name, ';');) {
    canonical += name + ":" + request.Find(name).value_or("") + "\n";
  }
  canonical += "\n" + signed_headers + "\n" + Hex(Sha256(request.body));
  const std::string when = request.Find("x-amz-date").value_or("");
  const std::string scope = when.substr(0, 8) + "/" + aws.region + "/" + aws.service + "/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + when + "\n" + scope + "\n" + Hex(Sha256(canonical));
  std::string key = Hmac("AWS4" + aws.secret_key, when.substr(0, 8));
  for (const std::string& step : {aws.region, aws.service, std::string("aws4_request")}) key = Hmac(key, step);
  return Hex(Hmac(key, to_sign));
}

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
    const std::string signed_headers = Part(authorization, "SignedHeaders=");
    EXPECT_THAT(signed_headers, HasSubstr("host"));
    EXPECT_THAT(signed_headers, HasSubstr("x-amz-date"));
    EXPECT_EQ(Part(authorization, "Signature="), Signature(seen, *request.aws, signed_headers)) << authorization;
    EXPECT_EQ(seen.body, request.body);
  }
}

}  // namespace
}  // namespace larder::http
