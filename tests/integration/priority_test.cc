// Somebody who waits is answered before a backlog.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "integration/stack.h"

namespace larder::testing {
namespace {

constexpr std::size_t kBacklog = 100'000;
constexpr std::size_t kThere = 500;  // of these, in the registry: more than are asked for here
constexpr double kRps = 5;

class PriorityTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    if (IsSkipped()) return;
    Serve();
    PutBacklog();
    Put(samples::MakeUniformRepository("short/app", 2, 2));
    stack_ = Open(Limited(kRps));
    ASSERT_NE(stack_, nullptr);
    std::vector<SourcedImage> images(1);
    images[0].ref = RefOf(ByProxy("long/backlog"));
    stack_->refresher().Start(MakeListSource(images));
    // Listed, and past the burst: from now on every request waits for the rate.
    ASSERT_TRUE(Eventually([&] { return AskedOf(*proxy_).gets >= 12; }));
  }
  // All are listed, in the order in which they are asked for.
  void PutBacklog() {
    auto backlog = samples::MakeUniformRepository("long/backlog", kBacklog, 1000);
    std::ranges::sort(backlog.tags, {}, &samples::SampleTag::tag);
    std::string list;
    for (const auto& tag : backlog.tags) list += (list.empty() ? "\"" : ",\"") + tag.tag + "\"";
    HttpResponse listing;
    listing.status = 200;
    listing.headers = {{"Content-Type", "application/json"}};
    listing.body = R"({"name":"long/backlog","tags":[)" + list + "]}";
    proxy_->Intercept([listing](const ReceivedRequest& request) -> std::optional<HttpResponse> {
      if (request.path() == "/v2/long/backlog/tags/list") return listing;
      return std::nullopt;
    });
    last_ = backlog.tags.back();
    backlog.tags.resize(kThere);
    backlog.tags.push_back(last_);
    Put(backlog);
  }

  void TearDown() override {
    if (IsSkipped() || stack_ == nullptr) return;
    EXPECT_LT(AskedOf(*proxy_).gets, static_cast<int>(kThere)) << "the backlog must not have come to its end";
  }

  // How long it takes, in slots of the rate.
  double SlotsFor(const std::string& ref) {
    const auto start = std::chrono::steady_clock::now();
    const RefreshReport report = stack_->Refresh(ref);
    EXPECT_FALSE(report.error.has_value()) << report.error->ToString();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << "over a backlog of 100,000 tags at 5 requests/s: " << ref.substr(ref.find('/') + 1) << " in "
              << took.count() << " s\n";
    return took.count() * kRps;
  }

  samples::SampleTag last_;
  std::unique_ptr<Stack> stack_;
};

TEST_F(PriorityTest, OneTagTakesOnlyItsOwnRequests) {
  // The last of the listing: unknown, and with an image of its own. One slot to begin, a manifest and a config.
  const std::string tag = ByProxy("long/backlog:" + last_.tag);
  EXPECT_LT(SlotsFor(tag), 1 + 2 + 2 * kSlow);
  EXPECT_TRUE(stack_->cache().Image(RefOf(tag)).has_value());
  // Known now: a HEAD.
  EXPECT_LT(SlotsFor(tag), 1 + 1 + 2 * kSlow);
}

TEST_F(PriorityTest, AnotherRepositoryTakesOnlyItsOwnRequests) {
  // A listing, two manifests that share a config.
  EXPECT_LT(SlotsFor(ByProxy("short/app")), 1 + 4 + 2 * kSlow);
  EXPECT_TRUE(stack_->cache().Image(RefOf(ByProxy("short/app:v0.0.1"))).has_value());
}

// The pass over the backlog makes room for one that begins with the listing.
TEST_F(PriorityTest, TheRepositoryOfTheBacklogItselfIsListedNext) {
  for (int listings = 2; listings <= 3; ++listings) {
    const auto start = std::chrono::steady_clock::now();
    if (listings == 2) {
      stack_->refresher().Prioritize(RefOf(ByProxy("long/backlog")).name());
    } else {
      RefreshRequest request;
      request.ref = RefOf(ByProxy("long/backlog"));
      stack_->refresher().RefreshNow(std::move(request), [](RefreshReport) {});
    }
    ASSERT_TRUE(Eventually([&] { return AskedOf(*proxy_).listings >= listings; }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << "over a backlog of 100,000 tags of the same repository: its listing begun in " << took.count()
              << " s\n";
    EXPECT_LT(took.count() * kRps, 1 + 2 * kSlow);
    // What was asked for is not cut short before it has got somewhere.
    const int before = AskedOf(*proxy_).gets;
    if (listings == 2) {
      ASSERT_TRUE(Eventually([&] { return AskedOf(*proxy_).gets >= before + 40; }));
    }
  }
}

}  // namespace
}  // namespace larder::testing
