#include "http/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "support/corpus.h"

namespace larder::http {
namespace {

constexpr std::string_view kPage = "https://registry.example.com:8443/v2/team/app/tags/list?n=2";

// The next page, "none", or the name of the error.
std::string Next(std::string_view link, std::string_view page = kPage) {
  const Result<std::optional<std::string>> next = NextPage({link}, page);
  if (!next.has_value()) return std::string(ErrcName(next.error().code));
  return next->value_or("none");
}

TEST(LinkTest, ReadsEveryFormOfTheNextPage) {
  const std::string kRoot = "https://registry.example.com:8443";
  const std::string kList = kRoot + "/v2/team/app/tags/list";
  const std::pair<const char*, std::string> kCases[] = {
      {R"(<https://registry.example.com:8443/v2/team/app/tags/list?last=b&n=2>; rel="next")", kList + "?last=b&n=2"},
      {R"(</v2/team/app/tags/list?last=b&n=2>; rel="next")", kList + "?last=b&n=2"},
      {R"(<list?last=b>; rel="next")", kList + "?last=b"},
      {R"(<?page=2>; rel="next")", kList + "?page=2"},
      {R"(<//registry.example.com:8443/x>; rel="next")", kRoot + "/x"},
      {R"(</x?orderby=>;rel=next)", kRoot + "/x?orderby="},
      {R"(</x>; REL="NEXT")", kRoot + "/x"},
      {R"(</x> ; rel = "prev next" ; title = "a, b; c \"d\"")", kRoot + "/x"},
      {R"(</x>; title="<y>; rel=\"prev\""; rel="next")", kRoot + "/x"},
      {R"(</a>; rel="prev" , </x>; rel="next")", kRoot + "/x"},
      {R"(, </a>; rel="prev",, </x>; rel="next",)", kRoot + "/x"},
      {R"(</x>; type="application/json"; rel="next")", kRoot + "/x"},
      {R"(</x>; rel="prev"; rel="next")", "none"},
      {R"(</x>; rel="nextish")", "none"},
      {R"(</x>; title="next")", "none"},
      {R"(</x>)", "none"},
      {R"(</x>; rel)", "none"},
      {"", "none"},
      {"  , ", "none"},
      {R"(</x?a=<,;>; rel="next")", kRoot + "/x?a=<,;"},
  };
  for (const auto& [link, next] : kCases) EXPECT_EQ(Next(link), next) << link;
}

TEST(LinkTest, TheSameHostByAnotherSchemeOrWithoutPortIsTheSameServer) {
  const std::string kNext = "https://registry.example.com:8443/x?last=b";
  for (const char* target : {"http://registry.example.com:8443/x?last=b", "https://registry.example.com/x?last=b",
                             "http://registry.example.com/x?last=b", "https://REGISTRY.example.com/x?last=b"}) {
    EXPECT_EQ(Next("<" + std::string(target) + R"(>; rel="next")"), kNext) << target;
  }
  EXPECT_EQ(Next(R"(<http://h.example/x>; rel="next")", "https://h.example/v2/"), "https://h.example/x");
  EXPECT_EQ(Next(R"(<https://h.example/x>; rel="next")", "http://h.example:5000/v2/"), "http://h.example:5000/x");
}

TEST(LinkTest, AnotherServerIsAnError) {
  for (const char* target :
       {"https://other.example.com:8443/x", "https://registry.example.com:9000/x", "http://169.254.169.254/latest/",
        "https://registry.example.com.evil.example/x", "//other.example.com/x", "http://registry.example.com:80/x"}) {
    EXPECT_EQ(Next("<" + std::string(target) + R"(>; rel="next")"), "permission_denied") << target;
  }
}

TEST(LinkTest, WhatIsNoLinkIsAnError) {
  for (const char* link : {R"(; rel="next")", R"(<http://h/x; rel="next")", R"(</a b>; rel="next")",
                           R"(/x; rel="next")", R"(</x> rel="next")", R"(<ftp://registry.example.com/x>; rel="next")",
                           R"(</x>; rel="next" y)", "<javascript:x>; rel=next"}) {
    EXPECT_EQ(Next(link), "invalid_argument") << link;
  }
}

TEST(LinkTest, APathThatThePageEndsInMeansThatPath) {
  const std::string kBusybox = "https://h.example/v2/busybox/tags/list";
  EXPECT_EQ(Next(R"(<busybox/tags/list?last=102&n=100>; rel=\"next\")", kBusybox), kBusybox + "?last=102&n=100");
  EXPECT_EQ(Next(R"(<_catalog?last=b>; rel="next")", "https://h.example/v2/_catalog?n=1"),
            "https://h.example/v2/_catalog?last=b");
  EXPECT_EQ(Next(R"(<x/tags/list>; rel="next")", kBusybox), "https://h.example/v2/busybox/tags/x/tags/list");
}

TEST(LinkTest, SeveralHeadersAreOneList) {
  const auto next =
      NextPage({R"(</a>; rel="first")", R"(</b>; rel="next")", R"(</c>; rel="next")"}, "http://h.example/");
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(*next, "http://h.example/b");
  EXPECT_EQ(*NextPage({}, "http://h.example/"), std::nullopt);
}

// What registries sent, each as from a page of its own host.
TEST(LinkTest, ReadsWhatRegistriesSend) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "skipped: no corpus";
  struct Case {
    std::string page;
    std::string next;  // "=": the target itself
  };
  const std::string kHost = "https://registry.example.com";
  const std::map<std::string, Case> kCases = {
      {"Docker Hub", {"https://registry.hub.docker.com/v2/library/ubuntu/tags/list?n=3", "="}},
      {"Azure ACR", {kHost + "/v2/hello-world/tags/list", kHost + "/v2/hello-world/tags/list?last=v1&n=2&orderby="}},
      {"distribution", {kHost + "/v2/test/tags/list", kHost + "/v2/test/tags/list?last=asj9e&n=2"}},
      {"registry.fedoraproject.org", {kHost + "/v2/_catalog", kHost + "/v2/_catalog?last=f35%2Fs2i-base&n=100"}},
      {"docker_registry2 recording", {"http://localhost:5000/v2/_catalog", "http://localhost:5000/v2/_catalog?page="}},
      {"with type parameter", {"http://registry.example.com/v2/_catalog", "="}},
      {"no space, metadata-service target (SSRF)", {kHost + "/v2/x/tags/list", "permission_denied"}},
      {"two links, prev first", {kHost + "/api/v2.0/quotas", kHost + "/api/v2.0/quotas?page=3&page_size=1"}},
      {"referrers", {kHost + "/v2/app/referrers/x", kHost + "/v2/app/referrers/sha256:bbbb?n=10&next=abc"}},
      {"bad: open angle", {kHost + "/v2/", "invalid_argument"}},
      {"bad: spaces in URI", {kHost + "/v2/", "invalid_argument"}},
      {"bad: no target", {kHost + "/v2/", "invalid_argument"}},
      {"no rel", {kHost + "/v2/", "none"}},
  };
  std::istringstream lines(testing::ReadFile(*corpus / "headers" / "link-pagination.tsv"));
  std::string line;
  int seen = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with('#')) continue;
    const std::size_t tab = line.find('\t');
    const std::string registry = line.substr(0, tab);
    const std::string link = line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
    ++seen;
    if (registry == "Portus recording") {
      const std::string page = link.starts_with("<_catalog") ? "/v2/_catalog" : "/v2/busybox/tags/list";
      EXPECT_TRUE(Next(link, kHost + page).starts_with(kHost + page + "?last=")) << link;
      continue;
    }
    const auto expected = kCases.find(registry);
    ASSERT_NE(expected, kCases.end()) << registry;
    const std::string next = Next(link, expected->second.page);
    if (expected->second.next == "=") {
      EXPECT_EQ(next, link.substr(1, link.find('>') - 1)) << link;
    } else {
      EXPECT_TRUE(next.starts_with(expected->second.next)) << link << "\n" << next;
    }
  }
  EXPECT_EQ(seen, 16);
}

}  // namespace
}  // namespace larder::http
