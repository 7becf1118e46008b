#include "http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
