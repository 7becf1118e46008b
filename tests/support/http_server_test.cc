#include "support/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace larder::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

ServedResponse Plain(int status, std::string body = "") {
  ServedResponse served;
  served.response.status = status;
  served.response.body = std::move(body);
  return served;
}

TEST(HttpServerTest, HandsOverTheWholeRequest) {
  ReceivedRequest seen;
  HttpServer server([&](const ReceivedRequest& request) {
    seen = request;
    return Plain(201, "made");
  });
  HttpRequest request;
  request.method = "POST";
  request.url = server.url() + "/a/../b?x=1&y=a%2Fb+c&y=";
  request.headers = {"X-Word:  pantry "};
  request.body = "grant_type=password&scope=repository%3Aa%3Apull";
  auto response = Send(request);
  ASSERT_TRUE(response.has_value()) << response.error().ToString();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "made");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path(), "/a/../b");
  EXPECT_EQ(seen.Find("x-WORD"), "pantry");
  EXPECT_EQ(seen.body, request.body);
  EXPECT_THAT(seen.Query(), ElementsAre(Pair("x", "1"), Pair("y", "a/b c"), Pair("y", "")));
  EXPECT_THAT(seen.Form(), ElementsAre(Pair("grant_type", "password"), Pair("scope", "repository:a:pull")));
}

TEST(HttpServerTest, KeepsConnections) {
  HttpServer server([](const ReceivedRequest&) { return Plain(200, "x"); });
  HttpClient client;
  HttpRequest request;
  request.url = server.url() + "/";
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.Send(request).has_value());
  request.method = "HEAD";
  ASSERT_TRUE(client.Send(request).has_value());
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpServerTest, RefusesTlsAtOnce) {
  HttpServer server([](const ReceivedRequest&) { return Plain(200, "x"); });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(HttpGet("https://" + server.host() + "/").has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(HttpServerTest, SendsNoBodyToHead) {
  HttpServer server([](const ReceivedRequest&) {
    ServedResponse served = Plain(200);
    served.response.headers = {{"Content-Length", "1234"}};
    return served;
  });
  HttpRequest request;
  request.method = "HEAD";
  request.url = server.url() + "/";
  auto response = Send(request);
  ASSERT_TRUE(response.has_value()) << response.error().ToString();
  EXPECT_EQ(response->Find("content-length"), "1234");
}

// Both requests are inside the handler at once, or neither is ever answered.
TEST(HttpServerTest, ServesConnectionsBesideEachOther) {
  std::atomic<int> inside = 0;
  HttpServer server([&](const ReceivedRequest&) {
    ++inside;
    while (inside < 2) std::this_thread::yield();
    return Plain(200);
  });
  auto get = [&] { return HttpGet(server.url() + "/").has_value(); };
  auto other = std::async(std::launch::async, get);
  EXPECT_TRUE(get());
  EXPECT_TRUE(other.get());
}

TEST(HttpServerTest, EndsWhileAnAnswerIsDelayed) {
  std::promise<void> asked;
  auto server = std::make_unique<HttpServer>([&](const ReceivedRequest&) {
    asked.set_value();
    ServedResponse served = Plain(200);
    served.delay = std::chrono::hours(1);
    return served;
  });
  auto response = std::async(std::launch::async, [url = server->url()] { return HttpGet(url + "/"); });
  asked.get_future().wait();
  server.reset();
  EXPECT_FALSE(response.get().has_value());
}

}  // namespace
}  // namespace larder::testing
