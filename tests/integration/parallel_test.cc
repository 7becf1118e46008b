// Many repositories of one host at once, in the background as a host runs it.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <set>

#include "integration/stack.h"

namespace larder::testing {
namespace {

constexpr int kRepositories = 20;
constexpr int kTagsEach = 50;

class ParallelTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    if (IsSkipped()) return;
    Serve();
    for (int i = 0; i < kRepositories; ++i) {
      const std::string path = "team/app" + std::to_string(i);
      Put(samples::MakeUniformRepository(path, kTagsEach, 4));
      SourcedImage image;
      image.ref = RefOf(ByProxy(path));
      images_.push_back(std::move(image));
    }
  }

  // Starts to refresh them all; false where they do not become complete.
  bool FillAll(Stack& stack) const {
    stack.refresher().Start(MakeListSource(images_));
    return Eventually([&] {
      const auto status = stack.refresher().GetStatus().get();
      return status.repositories == kRepositories && status.tags == kRepositories * kTagsEach && status.cycles == 0;
    });
  }

  std::vector<SourcedImage> images_;
};

TEST_F(ParallelTest, FillsRepositoriesBesideEachOther) {
  std::atomic<int> listed = 0;
  RefresherOptions options;
  options.on_event = [&listed](const Event& event) {
    if (event.kind == EventKind::repository_listed) ++listed;
  };
  auto stack = Open(Unlimited(), options);
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(FillAll(*stack));
  EXPECT_EQ(listed, kRepositories);
  for (const auto& image : images_) {
    auto view = stack->cache().Repository(image.ref.name());
    ASSERT_TRUE(view.has_value()) << view.error().ToString();
    EXPECT_EQ(view->completeness(), Completeness::complete) << image.ref.ToString();
    auto metadata = view->ToMetadata();
    ASSERT_TRUE(metadata.has_value()) << metadata.error().ToString();
    EXPECT_EQ(metadata->images.size(), static_cast<std::size_t>(kTagsEach)) << image.ref.ToString();
  }

  // Four of them at least had begun before the first was done.
  const auto requests = proxy_->Requests();
  std::set<std::string> begun;
  int of_first = 0;
  for (const auto& request : requests) {
    const auto path = request.substr(request.find("/v2/") + 4);
    if (path.empty()) continue;
    const std::string name = path.substr(0, path.find('/', path.find('/') + 1));
    begun.insert(name);
    if (name == *begun.begin() && request.find("/manifests/") != std::string::npos && ++of_first == kTagsEach) break;
  }
  EXPECT_GE(begun.size(), 4U);
}

// What the network costs is waited for by as many requests at once as the host may be asked.
TEST_F(ParallelTest, KeepsAsManyRequestsInFlightAsAllowed) {
  constexpr int kBurst = 10;
  constexpr std::chrono::duration<double> kDelay(0.05);
  proxy_->SetDelay(std::chrono::milliseconds(50));
  auto stack = Open(Limited(1'000'000, kBurst));
  ASSERT_NE(stack, nullptr);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(FillAll(*stack));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const double ratio = took / (proxy_->Total() * kDelay / kBurst);
  std::cout << "cold fill of 20 repositories of 50 tags, 50 ms an answer: " << took.count() << " s, " << ratio
            << " of requests x delay / burst\n";
  EXPECT_LE(ratio, 1.3 * kSlow);
  EXPECT_EQ(proxy_->connections(), 1 + kBurst) << "and the first, which tried TLS";
}

}  // namespace
}  // namespace larder::testing
