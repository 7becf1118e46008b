#include "auth/realm.h"

#include <gmock/gmock.h>

namespace larder {
namespace {

using ::testing::HasSubstr;

http::Url Url(std::string_view text) { return *http::Url::Parse(text); }

TEST(RealmTest, IsAbsoluteRelativeOrAHost) {
  const http::Url registry = Url("https://reg.example.com:5000/v2/");
  for (const auto& [realm, url] : std::initializer_list<std::pair<const char*, const char*>>{
           {"https://auth.example.com/token", "https://auth.example.com/token"},
           {"http://auth.example.com/token,alt", "http://auth.example.com/token,alt"},
           {"/token", "https://reg.example.com:5000/token"},
           {"//auth.example.com/token", "https://auth.example.com/token"},
           {"token", "https://reg.example.com:5000/v2/token"},
           {"localhost:1447/token", "https://localhost:1447/token"},
           {"auth.example.com/token?x=y", "https://auth.example.com/token?x=y"},
       }) {
    const auto resolved = ResolveRealm(realm, registry);
    ASSERT_TRUE(resolved.has_value()) << realm << " " << resolved.error().message;
    EXPECT_EQ(resolved->ToString(), url) << realm;
  }
  for (const char* realm : {"ftp://example.com/token", "http:///token", "https://user@example.com/"}) {
    const auto resolved = ResolveRealm(realm, registry);
    ASSERT_FALSE(resolved.has_value()) << realm;
    EXPECT_EQ(resolved.error().code, Errc::permission_denied);
  }
}

TEST(RealmTest, NoCredentialLeavesHttpsForHttp) {
  const http::Url secure = Url("https://reg.example.com/v2/");
  EXPECT_EQ(RealmForCredential(Url("https://auth.example.com/t"), secure)->ToString(), "https://auth.example.com/t");
  EXPECT_EQ(RealmForCredential(Url("http://reg.example.com/t"), secure)->ToString(), "https://reg.example.com/t");
  EXPECT_EQ(RealmForCredential(Url("http://reg.example.com:8080/t"), secure)->ToString(),
            "https://reg.example.com:8080/t");
  const auto refused = RealmForCredential(Url("http://auth.example.com/t"), secure);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::permission_denied);
  EXPECT_THAT(refused.error().message, HasSubstr("unencrypted"));
  const http::Url plain = Url("http://reg.example.com/v2/");
  EXPECT_EQ(RealmForCredential(Url("http://auth.example.com/t"), plain)->ToString(), "http://auth.example.com/t");
}

}  // namespace
}  // namespace larder
