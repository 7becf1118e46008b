#include "registry/error_body.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/base64.h"
#include "http/secrets.h"
#include "http/session.h"

namespace larder {
namespace {

struct ErrorCase {
  const char* body;
  const char* content_type;
  const char* text;
};

TEST(ErrorBody, SaysCodeAndMessageOfEachKindOfServer) {
  const ErrorCase cases[] = {
      {R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})", "application/json",
       "MANIFEST_UNKNOWN: manifest unknown"},
      {R"({"errors":[{"code":"toomanyrequests","message":"slow down"}]})", "text/plain", "TOOMANYREQUESTS: slow down"},
      {R"({"errors":[{"code":"DENIED"}]})", "application/json", "DENIED"},
      {R"({"errors":[{},{"code":"NAME_UNKNOWN","detail":"no such"}]})", "application/json", "NAME_UNKNOWN: no such"},
      {R"({"errors":[{"code":"X","detail":{"message":"deep"}}]})", "application/json", "X: deep"},
      {R"({"details":"incorrect username or password"})", "application/json", "incorrect username or password"},
      {R"({"error":"invalid_grant","error_description":"expired"})", "application/json", "INVALID_GRANT: expired"},
      {R"({"error":"invalid_grant"})", "application/json", "INVALID_GRANT"},
      {R"({"error":"the token is too old"})", "application/json", "the token is too old"},
      {R"({"__type":"ExpiredTokenException","message":"expired"})", "application/x-amz-json-1.1",
       "EXPIREDTOKENEXCEPTION: expired"},
      {R"({"unknown":1})", "application/json", ""},
      {"{invalid json}", "application/json", "{invalid json}"},
      {"Too Many Requests (HAP429).\n", "text/plain", "Too Many Requests (HAP429)."},
      {"<html><head><style>a{}</style><script>if (1<2) x()</script></head>\n<body><h1>429</h1>Slow  down</body>",
       "text/html", "429 Slow down"},
      {"<html><b", "text/html", ""},
      {"<", "", ""},
      {"<script>never closed", "", ""},
      {"", "", ""},
      {"plain \x1b[31mred\x1b[0m\r\n", "text/plain", "plain ?[31mred?[0m"},
  };
  for (const ErrorCase& c : cases) EXPECT_EQ(ReadErrorBody(c.body, c.content_type).ToString(), c.text) << c.body;
}

TEST(ErrorBody, NeverShowsWhatWasSent) {
  const std::vector<std::string> secrets = {"s3cr3t/+\"&x", "abc", "pass word", "it's a<b"};
  const ErrorCase cases[] = {
      {R"({"errors":[{"code":"DENIED","message":"no s3cr3t\/+\"\u0026x here"}]})", "application/json",
       "DENIED: no *** here"},
      {R"({"errors":[{"code":"abc","detail":"abc, not abcd"}]})", "application/json", "***, not abcd"},
      {R"({"error":"invalid_grant","error_description":"s3cr3t/+\"&x"})", "application/json", "INVALID_GRANT: ***"},
      {"{no json s3cr3t\\/+\\\"&x", "text/plain", "{no json ***"},
      {"<p>s3cr3t/+&quot;&amp;x</p>", "text/html", "***"},
      {"<p>s3cr3t/+&#34;&amp;x</p>", "text/html", "***"},
      {"<p>it&#39;s a&lt;b or it&#x27;s a&lt;b or it&#039;s a&lt;b</p>", "text/html", "*** or *** or ***"},
      {"?password=s3cr3t%2F%2B%22%26x&y", "text/plain", "?password=***&y"},
      {"?password=s3cr3t%2f%2b%22%26x&y", "text/plain", "?password=***&y"},
      {"?password=pass+word&or=pass%20word", "text/plain", "?password=***&or=***"},
      {"{no json s3cr3t/+\\\"\\u0026x, it's a\\u003cb", "text/plain", "{no json ***, ***"},
      {"pass\nword", "text/plain", "***"},
      {"a pass<br>word", "text/html", "a ***"},
      {R"({"errors":[{"code":"DENIED","message":"no pass\n word here"}]})", "application/json", "DENIED: no *** here"},
  };
  for (const ErrorCase& c : cases) {
    EXPECT_EQ(ReadErrorBody(c.body, c.content_type, secrets).ToString(), c.text) << c.body;
  }
}

TEST(Secrets, AreFoundInWhateverPlaceOfARequest) {
  http::Request request(http::Method::post, "https://r.example/token?service=r&access_token=in%20query");
  request.headers = {{"Authorization", "Basic " + EncodeBase64("robot:pass:word")},
                     {"X-Amz-Security-Token", "session"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.url += "&X-Amz-Signature=0f&sig=a%2fb&signal=5";
  request.body = "grant_type=refresh_token&refresh_token=a%2Bb&client_secret=c&scope=repository:x:pull";
  EXPECT_EQ(http::SecretsOf(request), (std::vector<std::string>{EncodeBase64("robot:pass:word"), "pass:word", "session",
                                                                "in query", "0f", "a/b", "a+b", "c"}));
  http::Request bearer(http::Method::get, "https://r.example/v2/");
  bearer.headers = {{"authorization", "Bearer e.y.J"}, {"Accept", "x"}};
  EXPECT_EQ(http::SecretsOf(bearer), std::vector<std::string>{"e.y.J"});
}

TEST(Secrets, ALongOneIsFoundByItsBeginningToo) {
  const std::vector<std::string> secrets = {"eyJhbGciOiJSUzI1NiJ9.payload.signature"};
  EXPECT_EQ(http::WithoutSecrets("token eyJhbGciOiJSUzI1NiJ9.payl... is bad", secrets), "token ***... is bad");
  EXPECT_EQ(http::WithoutSecrets("of eyJhbG", secrets), "of eyJhbG") << "what says nothing";
}

TEST(ErrorBody, IsBounded) {
  const std::string body =
      R"({"errors":[{"code":")" + std::string(1000, 'C') + R"(","message":")" + std::string(1000, 'm') + "\"}]}";
  const ErrorBody read = ReadErrorBody(body, "application/json");
  EXPECT_LE(read.code.size(), 64u);
  EXPECT_EQ(read.message.size(), kMaxErrorMessage);
}

}  // namespace
}  // namespace larder
