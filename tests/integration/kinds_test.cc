// Images of every kind that Larder meets, from the registry into the cache.
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <vector>

#include "integration/stack.h"

namespace larder::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class KindsTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    if (IsSkipped()) return;
    Serve();
    stack_ = Open();
    ASSERT_NE(stack_, nullptr);
  }

  // Those of the sample repositories, or all.
  void PutDemo(const std::set<std::string>& wanted = {}) {
    for (auto& repository : samples::MakeDemoRepositories()) {
      if (!wanted.empty() && !wanted.contains(repository.name)) continue;
      Put(repository);
      repositories_.emplace(repository.name, std::move(repository));
    }
  }

  std::string Ref(const std::string& path) const { return Directly(path); }
  Result<ImageView> Image(const std::string& ref) const { return stack_->cache().Image(RefOf(Ref(ref))); }
  Result<ImageView> Entry(const std::string& ref) const { return stack_->cache().Entry(RefOf(Ref(ref))); }
  Digest DigestOf(const std::string& path, const std::string& tag) const {
    for (const auto& one : repositories_.at(path).tags) {
      if (one.tag == tag) return one.digest;
    }
    return Digest();
  }
  // Excluded, and says so with a reason.
  void ExpectExcluded(const std::string& ref, const std::string& reason) const {
    auto image = Image(ref);
    ASSERT_FALSE(image.has_value()) << ref;
    EXPECT_EQ(image.error().code, Errc::unsupported) << ref;
    EXPECT_THAT(image.error().message, HasSubstr(reason)) << ref;
    auto entry = Entry(ref);
    ASSERT_TRUE(entry.has_value()) << ref;
    EXPECT_EQ(entry->status(), EntryStatus::excluded) << ref;
    EXPECT_FALSE(entry->digest().empty()) << ref;
  }

  std::map<std::string, samples::SampleRepository> repositories_;
  std::unique_ptr<Stack> stack_;
};

TEST_F(KindsTest, WhateverIsWellFormedIsComplete) {
  PutDemo();
  for (const auto& [path, repository] : repositories_) {
    if (path == "demo/broken") continue;
    EXPECT_TRUE(IsComplete(stack_->Refresh(Ref(path)), repository.tags.size())) << path;
    auto view = stack_->cache().Repository(NameOf(Ref(path)));
    ASSERT_TRUE(view.has_value()) << path;
    auto metadata = view->ToMetadata();
    ASSERT_TRUE(metadata.has_value()) << path;
    EXPECT_EQ(metadata->images.size() + metadata->excluded.size(), repository.tags.size()) << path;
  }
}

TEST_F(KindsTest, AnIndexIsReadForThePlatform) {
  PutDemo({"demo/web", "demo/nested"});
  EXPECT_FALSE(stack_->Refresh(Ref("demo/web")).error.has_value());
  auto image = Image("demo/web:latest");
  ASSERT_TRUE(image.has_value()) << image.error().ToString();
  EXPECT_EQ(image->digest(), DigestOf("demo/web", "latest"));
  EXPECT_NE(image->platform_digest(), image->digest());
  EXPECT_EQ(image->platform().ToString(), "linux/amd64");
  EXPECT_FALSE(image->created().IsNone());
  EXPECT_EQ(image->label("org.opencontainers.image.title"), "web");
  EXPECT_EQ(image->annotation_created(), image->label_times().created);

  EXPECT_FALSE(stack_->Refresh(Ref("demo/nested")).error.has_value());
  auto nested = Image("demo/nested:1.0");
  ASSERT_TRUE(nested.has_value()) << nested.error().ToString();
  EXPECT_EQ(nested->digest(), DigestOf("demo/nested", "1.0"));
  EXPECT_EQ(nested->platform().ToString(), "linux/amd64");
}

TEST_F(KindsTest, WhatHoldsNoImageForUsIsExcludedWithTheReason) {
  PutDemo({"demo/windows", "demo/charts"});
  EXPECT_TRUE(IsComplete(stack_->Refresh(Ref("demo/windows")), 2));
  ExpectExcluded("demo/windows:latest", "no image for linux/amd64; it has windows/amd64");
  EXPECT_TRUE(IsComplete(stack_->Refresh(Ref("demo/charts")), 2));
  ExpectExcluded("demo/charts:0.1.0", "helm.chart");
}

TEST_F(KindsTest, ABadTagFailsForItselfAlone) {
  PutDemo({"demo/broken"});
  const RefreshReport report = stack_->Refresh(Ref("demo/broken"));
  EXPECT_EQ(report.completeness, Completeness::partial);
  RepositoryCounts counts;
  counts.tags = 5;
  counts.known = 2;
  counts.failing = 3;
  EXPECT_EQ(report.counts, counts);
  EXPECT_TRUE(Image("demo/broken:good").has_value());
  EXPECT_TRUE(Image("demo/broken:good-too").has_value());
  const std::map<std::string, std::string> faults = {
      {"config-missing", "404"}, {"config-not-json", "JSON"}, {"config-created-bad", "last Tuesday"}};
  for (const auto& [tag, fault] : faults) {
    auto entry = Entry("demo/broken:" + tag);
    ASSERT_TRUE(entry.has_value()) << tag;
    EXPECT_EQ(entry->status(), EntryStatus::failed) << tag;
    EXPECT_THAT(std::string(entry->last_error()), HasSubstr(fault)) << tag;
    EXPECT_FALSE(Image("demo/broken:" + tag).has_value()) << tag;
  }
}

TEST_F(KindsTest, AMissingRepositoryIsNotFetched) {
  const RefreshReport report = stack_->Refresh(Ref("demo/nowhere"));
  ASSERT_TRUE(report.error.has_value());
  EXPECT_EQ(report.error->code, Errc::not_found);
  EXPECT_EQ(report.completeness, Completeness::never_fetched);
  auto view = stack_->cache().Repository(NameOf(Ref("demo/nowhere")));
  ASSERT_TRUE(view.has_value()) << "its error is kept";
  EXPECT_THAT(view->state().last_error, HasSubstr("demo/nowhere"));
}

TEST_F(KindsTest, ATagThatIsRemovedOrMissingIsSaidSo) {
  PutDemo({"demo/hello"});
  EXPECT_TRUE(IsComplete(stack_->Refresh(Ref("demo/hello")), 3));
  const RefreshReport missing = stack_->Refresh(Ref("demo/hello:never"));
  ASSERT_TRUE(missing.error.has_value());
  EXPECT_EQ(missing.error->code, Errc::not_found);
  ASSERT_TRUE(registry_->content().Untag("demo/hello", "linux").has_value());
  const RefreshReport report = stack_->Refresh(Ref("demo/hello"));
  EXPECT_FALSE(report.error.has_value());
  EXPECT_EQ(report.removed, 0U) << "one listing without it decides nothing";
  EXPECT_TRUE(Image("demo/hello:linux").has_value());
}

}  // namespace
}  // namespace larder::testing
