#include "http/url.h"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace larder::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ParseOrError(std::string_view text) {
  const Result<Url> url = Url::Parse(text);
  return url.has_value() ? url->ToString() : std::string(ErrcName(url.error().code));
}

TEST(UrlTest, ParsesWhatRegistriesAreCalled) {
  struct Case {
    const char* text;
    const char* printed;
    const char* authority;
  };
  const Case kCases[] = {
      {"https://registry.example.com", "https://registry.example.com/", "registry.example.com"},
      {"HTTPS://Registry.Example.COM/V2/", "https://registry.example.com/V2/", "registry.example.com"},
      {"https://registry.example.com:443/v2/", "https://registry.example.com/v2/", "registry.example.com"},
      {"http://registry.example.com:443/v2/", "http://registry.example.com:443/v2/", "registry.example.com:443"},
      {"http://localhost:5000/v2/a/tags/list?n=1&last=", "http://localhost:5000/v2/a/tags/list?n=1&last=",
       "localhost:5000"},
      {"http://[::1]:5000/v2/", "http://[::1]:5000/v2/", "[::1]:5000"},
      {"http://[::1]/v2/", "http://[::1]/v2/", "[::1]"},
      {"https://h.example?x=1", "https://h.example/?x=1", "h.example"},
      {"https://h.example/a/./b/../c#fragment", "https://h.example/a/c", "h.example"},
      {"https://h.example/a%2Fb?x=%2f#", "https://h.example/a%2Fb?x=%2f", "h.example"},
  };
  for (const Case& c : kCases) {
    const Result<Url> url = Url::Parse(c.text);
    ASSERT_TRUE(url.has_value()) << c.text << ": " << url.error().ToString();
    EXPECT_EQ(url->ToString(), c.printed) << c.text;
    EXPECT_EQ(url->Authority(), c.authority) << c.text;
    EXPECT_EQ(ParseOrError(url->ToString()), c.printed);
  }
}

TEST(UrlTest, RefusesWhatCannotBeAsked) {
  const char* const kTexts[] = {
      "",
      "registry.example.com",
      "//registry.example.com/",
      "ftp://h/",
      "file:///etc/passwd",
      "https://",
      "https:///v2/",
      "https://user@h/",
      "https://u:p@h/",
      "https://h:0/",
      "https://h:99999/",
      "https://h:x/",
      "https://a b/",
      "https://h/a b",
      "https://h/\r\nx: y",
      "https://h/\x7f",
      "https://h\xc3\xa9/",
      "https://[::1/",
      "https://a%bbb:/x",  // curl makes a byte beyond ASCII of it
      "https://127%2e0.0.1/",
  };
  for (const char* text : kTexts) EXPECT_EQ(ParseOrError(text), "invalid_argument") << text;
}

TEST(UrlTest, WhatIsRefusedIsShownWithoutSecrets) {
  for (const char* text :
       {"https://robot:hunter2@h/v2/", "ftp://robot:hun/ter2@h/v2/", "robot:hunter2@h", "ftp://h/v2/?token=hunter2"}) {
    const auto url = Url::Parse(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_EQ(url.error().message.find("ter2"), std::string::npos) << url.error().message;
  }
  EXPECT_TRUE(Url::Parse("ftp://robot:hunter2@registry.example.com/v2/")
                  .error()
                  .message.contains("\"ftp://registry.example.com/v2/\""));
}

TEST(UrlTest, AServerIsTheSameByHostAndPort) {
  const auto same = [](const char* a, const char* b) { return Url::Parse(a)->SameServer(*Url::Parse(b)); };
  EXPECT_TRUE(same("http://h/", "https://H/x"));
  EXPECT_TRUE(same("http://h:5000/", "https://h:5000/"));
  EXPECT_FALSE(same("http://h:5000/", "http://h/"));
  EXPECT_FALSE(same("https://h/", "https://h.example.com/"));
}

TEST(UrlTest, ErrorsHoldNoQuery) {
  const Result<Url> url = Url::Parse("ftp://h/x?token=secret");
  ASSERT_FALSE(url.has_value());
  EXPECT_THAT(url.error().message, HasSubstr("ftp://h/x"));
  EXPECT_THAT(url.error().message, Not(HasSubstr("secret")));
}

// RFC 3986, 5.4: the examples, those with a scheme or a fragment as this library keeps them.
TEST(UrlTest, ResolvesAsTheRfcDoes) {
  struct Case {
    const char* reference;
    const char* resolved;
  };
  const Case kCases[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"http://g", "http://g/"},
      {"https://g:8443/h?", "https://g:8443/h?"},
      {"?", "http://a/b/c/d;p?"},
      {"1.0:x", "http://a/b/c/1.0:x"},
  };
  const Result<Url> base = Url::Parse("http://a/b/c/d;p?q");
  ASSERT_TRUE(base.has_value());
  for (const Case& c : kCases) {
    const Result<Url> url = base->Resolve(c.reference);
    ASSERT_TRUE(url.has_value()) << c.reference << ": " << url.error().ToString();
    EXPECT_EQ(url->ToString(), c.resolved) << c.reference;
  }
}

TEST(UrlTest, DoesNotResolveToWhatCannotBeAsked) {
  const Result<Url> base = Url::Parse("http://a/b");
  for (const char* reference : {"g:h", "javascript:x", "//", "///x", "//u@h/", "//%62:/x", "a b", "\n"}) {
    EXPECT_FALSE(base->Resolve(reference).has_value()) << reference;
  }
}

// What curl makes of an authority, "host port"; "" where it refuses.
std::string AsCurlReads(const std::string& authority) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, ("https://" + authority + "/").c_str(), 0) != CURLUE_OK) return {};
  std::string read;
  for (const CURLUPart part : {CURLUPART_HOST, CURLUPART_PORT}) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    const std::unique_ptr<char, void (*)(void*)> owned(text, curl_free);
    for (const char c : std::string_view(text)) read += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    read += ' ';
  }
  return read;
}

// Most authorities are read without curl: never in another way.
TEST(UrlTest, AuthoritiesAreReadAsCurlConnects) {
  std::vector<std::string> authorities = {"ghcr.io",   "GHCR.IO:443", "127.0.0.1:5000",
                                          "127.1",     "0x7f.1",      "0177.0.0.1",
                                          "1.2.3",     "2130706433",  "1.2.3.4.5",
                                          "256.1.1.1", "1.2.3.4.",    "a.1",
                                          "1.a",       "h:0",         "h:65536",
                                          "h:0080",    "h:",          "h:8a",
                                          "h.",        "-h",          "h-",
                                          "a..b",      "a_b",         "xn--bcher-kva.example"};
  std::mt19937 random(1);
  constexpr std::string_view kAlphabet = "aZ019-.:xf_~";
  for (int i = 0; i < 50'000; ++i) {
    std::string authority;
    for (std::size_t size = 1 + random() % 12; size > 0; --size) authority += kAlphabet[random() % kAlphabet.size()];
    authorities.push_back(authority);
  }
  int read = 0;
  for (const std::string& authority : authorities) {
    const Result<Url> ours = Url::Parse("https://" + authority + "/");
    const std::string curls = AsCurlReads(authority);
    if (ours.has_value()) {
      ++read;
      EXPECT_EQ(ours->host + " " + std::to_string(ours->port) + " ", curls) << authority;
    } else if (!curls.empty()) {
      EXPECT_TRUE(curls.ends_with(" 0 ")) << authority << " is " << curls << ": " << ours.error().ToString();
    }
  }
  EXPECT_GT(read, 10'000);
}

TEST(UrlTest, SameOriginIsSchemeHostAndPort) {
  const Url base = *Url::Parse("https://h.example/a");
  EXPECT_TRUE(base.SameOrigin(*Url::Parse("https://H.example:443/b?c")));
  EXPECT_FALSE(base.SameOrigin(*Url::Parse("http://h.example/a")));
  EXPECT_FALSE(base.SameOrigin(*Url::Parse("https://h.example:8443/a")));
  EXPECT_FALSE(base.SameOrigin(*Url::Parse("https://x.h.example/a")));
}

TEST(UrlTest, RedactsWhatMayBeSecret) {
  EXPECT_EQ(Url::Parse("https://h.example/a?n=1&last=b&X-Amz-Signature=secret&secret&sig=")->Redacted(),
            "https://h.example/a?n=1&last=b&X-Amz-Signature=...&...&sig=...");
  EXPECT_EQ(RedactUrl("https://h.example/a?token=x"), "https://h.example/a?token=...");
  EXPECT_EQ(RedactUrl("what is this"), "(not a URL)");
}

TEST(UrlTest, EscapesOnlyWhatNoUrlHolds) {
  EXPECT_EQ(EscapeUnsafe("/a b\xc3\xa9%20?x=\"1\""), "/a%20b%C3%A9%20?x=\"1\"");
}

}  // namespace
}  // namespace larder::http
