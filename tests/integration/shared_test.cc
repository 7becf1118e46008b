// Several hosts that share one memcached.
#include <algorithm>
#include <iostream>

#include "integration/stack.h"
#include "larder/memcached_store.h"
#include "support/memcached_server.h"
#include "support/servers.h"

namespace larder::testing {
namespace {

constexpr int kSharedRepositories = 8;
constexpr int kSharedTags = 50;
constexpr int kTagsAnImage = 5;

class SharedTest : public RegistryTest {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    RegistryTest::SetUp();
    if (IsSkipped()) return;
    Serve();
    for (int i = 0; i < kSharedRepositories; ++i) {
      const std::string path = "team/app" + std::to_string(i);
      Put(samples::MakeUniformRepository(path, kSharedTags, kTagsAnImage));
      SourcedImage image;
      image.ref = RefOf(ByProxy(path));
      images_.push_back(std::move(image));
    }
    auto server = MemcachedServer::Start();
    ASSERT_TRUE(server.has_value()) << server.error().ToString();
    memcached_ = std::move(*server);
  }

  std::unique_ptr<Stack> OpenHost() {
    larder::MemcachedOptions options;
    options.servers = {memcached_->endpoint()};
    auto store = OpenMemcachedStore(options);
    if (!store.has_value()) {
      ADD_FAILURE() << store.error().ToString();
      return nullptr;
    }
    return Stack::Over(std::move(*store), Unlimited(), {});
  }

  bool AllComplete(Stack& stack) const {
    return std::all_of(images_.begin(), images_.end(), [&](const SourcedImage& image) {
      auto view = stack.cache().Repository(image.ref.name());
      return view.has_value() && view->completeness() == Completeness::complete;
    });
  }
  static bool Idle(Stack& stack) {
    const auto status = stack.refresher().GetStatus().get();
    return status.repositories == kSharedRepositories && status.cycles + status.due + status.loading == 0;
  }

  std::unique_ptr<MemcachedServer> memcached_;
  std::vector<SourcedImage> images_;
};

TEST_F(SharedTest, TwoHostsSendTogetherWhatOneWould) {
  auto one = OpenHost();
  auto other = OpenHost();
  ASSERT_NE(one, nullptr);
  ASSERT_NE(other, nullptr);
  // A slow registry, so that both are at it at the same time.
  proxy_->SetDelay(std::chrono::milliseconds(5));
  one->refresher().Start(MakeListSource(images_));
  other->refresher().Start(MakeListSource(images_));
  EXPECT_TRUE(Eventually([&] { return AllComplete(*one) && AllComplete(*other) && Idle(*one) && Idle(*other); }));
  Asked asked = TakeAsked();
  std::cout << "counts: two hosts on one memcached, 8 repositories of 50 tags on 10 images: " << asked << '\n';
  EXPECT_LE(asked.pings, 2) << "one each";
  asked.pings = 0;
  Asked once;
  once.listings = kSharedRepositories;
  once.gets = kSharedRepositories * kSharedTags;
  once.blobs = kSharedRepositories * kSharedTags / kTagsAnImage;
  EXPECT_EQ(asked, once);

  // A third that comes later finds it all there.
  auto third = OpenHost();
  ASSERT_NE(third, nullptr);
  third->refresher().Start(MakeListSource(images_));
  EXPECT_TRUE(Eventually([&] { return Idle(*third); }));
  EXPECT_EQ(third->refresher().GetStatus().get().tags, static_cast<std::size_t>(kSharedRepositories * kSharedTags));
  EXPECT_EQ(TakeAsked(), Asked());
}

// Which host holds the lease does not matter: the other goes on when it is gone.
TEST_F(SharedTest, AHostThatIsThereAloneGoesOn) {
  auto one = OpenHost();
  ASSERT_NE(one, nullptr);
  one->refresher().Start(MakeListSource(images_));
  EXPECT_TRUE(Eventually([&] { return AllComplete(*one) && Idle(*one); }));
  one.reset();
  auto other = OpenHost();
  ASSERT_NE(other, nullptr);
  const RefreshReport report = other->Refresh(images_[0].ref.ToString(), true);
  EXPECT_TRUE(IsComplete(report, kSharedTags));
  EXPECT_EQ(report.same, static_cast<unsigned>(kSharedTags));
}

}  // namespace
}  // namespace larder::testing
