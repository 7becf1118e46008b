#include "auth/scope.h"

#include <gtest/gtest.h>

namespace larder {
namespace {

TEST(ScopeTest, IsTheRepositorysOwn) {
  EXPECT_EQ(OwnScope("ghcr.io", AuthContext("a/b", Access::pull)), "repository:a/b:pull");
  EXPECT_EQ(OwnScope("ghcr.io", AuthContext("a/b", Access::list_tags)), "repository:a/b:pull");
  EXPECT_EQ(OwnScope("contoso.azurecr.io", AuthContext("a/b", Access::pull)), "repository:a/b:pull");
  for (const char* host : {"contoso.azurecr.io", "contoso.azurecr.cn", "contoso.azurecr.us", "contoso.azurecr.de"}) {
    EXPECT_EQ(OwnScope(host, AuthContext("a/b", Access::list_tags)), "repository:a/b:pull,metadata_read");
  }
  EXPECT_EQ(OwnScope("azurecr.io.example.com", AuthContext("a/b", Access::list_tags)), "repository:a/b:pull");
  EXPECT_EQ(OwnScope("ghcr.io", AuthContext()), "");
}

TEST(ScopeTest, AnotherNameOrKindIsAnotherResource) {
  const char* own = "repository:team/app:pull";
  for (const char* same :
       {"", "repository:team/app:pull", "repository:team/app:pull,push", "repository:user/image:pull",
        "repository:other:pull repository:team/app:pull", "*", "registry"}) {
    EXPECT_FALSE(NamesOtherResource(same, own)) << same;
  }
  for (const char* other : {"repository:hub/team/app:pull", "artifact-repository:team/app:pull",
                            "repository:host:5000/app:pull", "  repository:x:pull  "}) {
    EXPECT_TRUE(NamesOtherResource(other, own)) << other;
  }
}

}  // namespace
}  // namespace larder
