#include "http/proxy.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace larder::http {
namespace {

Url At(const std::string& url) { return *Url::Parse(url); }

TEST(ProxyTest, NoProxyCoversNamesSubdomainsPortsAndAddresses) {
  struct Case {
    const char* list;
    const char* url;
    bool covered;
  };
  const Case kCases[] = {
      {"*", "https://h.example/", true},
      {"", "https://h.example/", false},
      {"h.example", "https://h.example/", true},
      {"H.Example", "https://h.example/", true},
      {"h.example", "https://a.h.example/", true},
      {".h.example", "https://a.h.example/", true},
      {".h.example", "https://h.example/", true},
      {"*.h.example", "https://a.h.example/", true},
      {"h.example", "https://ah.example/", false},
      {"h.example.", "https://h.example/", true},
      {"a.example,h.example", "https://h.example/", true},
      {" a.example , h.example ", "https://h.example/", true},
      {"a.example h.example", "https://h.example/", true},
      {"h.example:8443", "https://h.example:8443/", true},
      {"h.example:443", "https://h.example/", true},
      {"h.example:8443", "https://h.example/", false},
      {"10.1.2.3", "https://10.1.2.3/", true},
      {"10.0.0.0/8", "https://10.1.2.3/", true},
      {"10.0.0.0/8", "https://11.1.2.3/", false},
      {"10.128.0.0/9", "https://10.1.2.3/", false},
      {"0.0.0.0/0", "https://10.1.2.3/", true},
      {"10.0.0.0/33", "https://10.1.2.3/", false},
      {"10.0.0.0/x", "https://10.1.2.3/", false},
      {"10.0.0.0/8", "https://h.example/", false},
      {"fd00::/8", "https://[fd12::1]/", true},
      {"fd00::/8", "https://[2606::1]/", false},
      {"[fd12::1]", "https://[fd12::1]/", true},
      {"fd12::1", "https://[fd12::1]/", true},
      {"[fd12::1]:5000", "https://[fd12::1]:5000/", true},
      {"[fd12::1]:5000", "https://[fd12::1]/", false},
      {":443", "https://h.example/", false},
      {",,", "https://h.example/", false},
  };
  for (const Case& c : kCases) EXPECT_EQ(InNoProxy(c.list, At(c.url)), c.covered) << c.list << " " << c.url;
}

TEST(ProxyTest, TheOptionWinsOverTheEnvironment) {
  ProxyEnvironment environment;
  environment.http = "http://proxy:1";
  environment.https = "http://proxy:2";
  environment.no_proxy = "inside.example";
  EXPECT_EQ(ProxyFor(At("http://h.example/"), "", environment), "http://proxy:1");
  EXPECT_EQ(ProxyFor(At("https://h.example/"), "", environment), "http://proxy:2");
  EXPECT_EQ(ProxyFor(At("https://inside.example/"), "", environment), "");
  EXPECT_EQ(ProxyFor(At("https://h.example/"), "none", environment), "");
  EXPECT_EQ(ProxyFor(At("https://inside.example/"), "http://own:3", environment), "http://own:3");
}

TEST(ProxyTest, TheEnvironmentsProxyIsNotForThisMachine) {
  ProxyEnvironment environment;
  environment.http = "http://proxy:1";
  for (const char* url : {"http://localhost:5000/", "http://127.0.0.1/", "http://[::1]:5000/"}) {
    EXPECT_EQ(ProxyFor(At(url), "", environment), "") << url;
    EXPECT_EQ(ProxyFor(At(url), "http://own:3", environment), "http://own:3") << url;
  }
}

TEST(ProxyTest, ReadsTheEnvironmentLowerCaseFirst) {
  const char* const kNames[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
  for (const char* name : kNames) ::unsetenv(name);
  EXPECT_EQ(ProxyEnvironment::Read().https, "");
  ::setenv("HTTP_PROXY", "http://from-a-request-header", 1);
  EXPECT_EQ(ProxyEnvironment::Read().http, "");
  ::setenv("ALL_PROXY", "http://all", 1);
  EXPECT_EQ(ProxyEnvironment::Read().http, "http://all");
  ::setenv("HTTPS_PROXY", "http://upper", 1);
  EXPECT_EQ(ProxyEnvironment::Read().https, "http://upper");
  ::setenv("https_proxy", "http://lower", 1);
  EXPECT_EQ(ProxyEnvironment::Read().https, "http://lower");
  ::setenv("NO_PROXY", "a", 1);
  EXPECT_EQ(ProxyEnvironment::Read().no_proxy, "a");
  for (const char* name : kNames) ::unsetenv(name);
}

}  // namespace
}  // namespace larder::http
