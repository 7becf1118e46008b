// The doubles that hosts get for their own tests behave as what they stand for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "larder/testing/fake_images.h"
#include "larder/testing/fake_registry.h"
#include "support/virtual_timers.h"

namespace larder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ImageName Name(const char* text) { return ImageName::Parse(text).value(); }
ImageRef Ref(const char* text) { return ImageRef::Parse(text).value(); }

TEST(FakeImages, AnswersAsACacheDoes) {
  testing::FakeImages images;
  EXPECT_EQ(images.GetImage(Ref("alpine:3")).error().code, Errc::not_found);
  EXPECT_THAT(images.GetImageRepositoryMetadata(Name("alpine")).error().message,
              HasSubstr(std::string(kNoImageDataMessage)));
  images.Remove("alpine:3");
  EXPECT_EQ(images.GetImageRepositoryMetadata(Name("alpine")).error().code, Errc::not_found) << "it was never set";
  images.Set("alpine:3.20", Timestamp(1'700'000'000, 0));
  images.Set("alpine:3.19", Timestamp(1'600'000'000, 0));
  EXPECT_EQ(images.GetImage(Ref("docker.io/library/alpine:3.20"))->created_at, Timestamp(1'700'000'000, 0));
  auto repository = images.GetImageRepositoryMetadata(Name("alpine"));
  ASSERT_TRUE(repository.has_value());
  EXPECT_EQ(repository->completeness, Completeness::complete);
  EXPECT_THAT(repository->tags, ElementsAre("3.19", "3.20"));
  EXPECT_EQ(repository->GetImages()->size(), 2U);

  images.Exclude("alpine:win", "no image for linux/amd64");
  EXPECT_THAT(images.GetImage(Ref("alpine:win")).error().message, HasSubstr("no image for linux/amd64"));
  images.SetPending("alpine:edge");
  repository = images.GetImageRepositoryMetadata(Name("alpine"));
  EXPECT_EQ(repository->completeness, Completeness::partial);
  EXPECT_EQ(repository->counts.pending, 1U);
  EXPECT_FALSE(repository->GetImages().has_value());
  images.Remove("alpine:edge");
  EXPECT_EQ(images.GetImageRepositoryMetadata(Name("alpine"))->completeness, Completeness::complete);
}

TEST(FakeImages, FailsWhenTold) {
  testing::FakeImages images;
  images.Set("alpine:3", Timestamp());
  images.Fail(Error{Errc::unavailable, "the store is away"});
  EXPECT_EQ(images.GetImage(Ref("alpine:3")).error().code, Errc::unavailable);
  images.Fail(std::nullopt);
  EXPECT_TRUE(images.GetImage(Ref("alpine:3")).has_value());
  EXPECT_EQ(images.asked(), 2U);
}

TEST(FakeRegistry, AHostWithoutHeadCostsAGet) {
  testing::VirtualTimers timers;
  testing::FakeRegistry registry([&](std::function<void()> fn) { timers.Post(std::move(fn)); });
  registry.SetTag("alpine", "3", testing::FakeImage(1, Timestamp()));
  registry.answers_head = false;
  const auto client = registry.ClientFor(Name("alpine"), {}, Urgency::now).value();
  std::optional<FetchResult<HeadResult>> head;
  client->Head("3", testing::FakeDigest(1), {}, [&](FetchResult<HeadResult> result) { head = std::move(result); });
  timers.RunReady();
  ASSERT_TRUE(head.has_value() && head->has_value());
  EXPECT_EQ((*head)->digest, testing::FakeDigest(1));
  EXPECT_EQ((*head)->heads, 0U);
  EXPECT_EQ((*head)->manifest_gets, 1U);
  EXPECT_EQ(registry.not_modified(), 1U);
}

}  // namespace
}  // namespace larder
