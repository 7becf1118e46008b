// Answers as registries sent them, byte by byte.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "fetch/http/fetching.h"
#include "support/corpus.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using testing::FetchOne;
using testing::Get;
using testing::ScriptedReply;
using testing::ScriptedServer;

struct Expected {
  int status;
  std::size_t body_size;
  const char* header;
  const char* value;
};

TEST(RecordedAnswersTest, AreReadAsSent) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "skipped: no corpus";
  const std::map<std::string, Expected> kExpected = {
      {"GoogleContainerTools_jib__401-basic-foo-lf.http", {401, 0, "WWW-Authenticate", "Basic foo"}},
      {"containers_image__401-html.http", {401, 44, "Header1", "Value1"}},
      {"containers_image__dockerhub-401-insufficient-scope.http", {401, 170, "Connection", "close"}},
      {"containers_image__dockerhub-404-tag.http", {404, 109, "ratelimit-remaining", "100;w=21600"}},
      {"containers_image__ecr-public-404-tags-list.http", {404, 65, "Content-Type", "application/json; charset=utf-8"}},
      {"containers_image__harbor-404-not-found.http", {404, 153, "server", "nginx"}},
      {"containers_image__redhat-404-code-404.http", {404, 53, "Pragma", "no-cache"}},
      {"containers_image__redhat-404-plaintext.http", {404, 10, "X-Docker-Size", "-1"}},
  };
  std::set<std::string> seen;
  for (const auto& entry : std::filesystem::directory_iterator(*corpus / "http-response")) {
    const std::string name = entry.path().filename();
    const auto expected = kExpected.find(name);
    ASSERT_NE(expected, kExpected.end()) << name;
    seen.insert(name);
    ScriptedServer server;
    ScriptedReply reply;
    reply.raw = testing::ReadFile(entry.path());
    reply.close = true;
    server.On("GET", "/x", reply);
    Loop loop;
    Session session(loop, {});
    const Result<Response> answer = FetchOne(loop, session, Get(server.url("/x")));
    ASSERT_TRUE(answer.has_value()) << name << ": " << answer.error().ToString();
    EXPECT_EQ(answer->status, expected->second.status) << name;
    EXPECT_EQ(answer->Find(expected->second.header), expected->second.value) << name;
    // As announced: some send a byte or two more.
    EXPECT_EQ(answer->body.size(), expected->second.body_size) << name;
  }
  EXPECT_EQ(seen.size(), kExpected.size());
}

}  // namespace
}  // namespace larder::http
