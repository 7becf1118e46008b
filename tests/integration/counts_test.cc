// How many requests refreshing costs, counted by a proxy before a real registry.
#include <fstream>
#include <iostream>

#include "integration/command.h"
#include "integration/stack.h"
#include "larder/sample_builder.h"
#include "support/http_client.h"

namespace larder::testing {
namespace {

constexpr int kShare = 4;      // tags on one image
constexpr int kInFlight = 32;  // tags of a repository at once

// What Flux sent in the same situations, measured: the docs say how.
const std::string kFluxCold = "1 ping, 1 listing, 1,000 manifest GET, 1,000 blob GET";
const std::string kFluxNothingDue = "1 ping, 1 listing";
const std::string kFluxAllDue = "as cold";

Asked Of(int pings, int listings, int heads, int gets, int blobs) {
  Asked asked;
  asked.pings = pings;
  asked.listings = listings;
  asked.heads = heads;
  asked.gets = gets;
  asked.blobs = blobs;
  return asked;
}

class CountsTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    if (!IsSkipped()) Serve();
  }

  void Fill(std::size_t tags, std::size_t platforms = 1) {
    repository_ = samples::MakeUniformRepository("counted/app", tags, kShare, platforms);
    Put(repository_);
    ref_ = ByProxy(repository_.name);
  }

  // The registry's count and the report's own, which must agree; told on the way, beside what Flux sends for as much.
  Asked Take(const std::string& what, const RefreshReport& report, const std::string& flux = "") {
    const Asked asked = TakeAsked();
    Asked without_pings = asked;
    without_pings.pings = 0;
    EXPECT_EQ(AskedOf(report), without_pings) << what;
    Say(what, asked, flux);
    return asked;
  }
  static void Say(const std::string& what, const Asked& asked, const std::string& flux = "") {
    std::cout << "counts: " << what << ": " << asked << (flux.empty() ? "" : "; Flux: " + flux) << '\n';
  }
  const samples::SampleTag& tag(std::size_t index) const { return repository_.tags[index]; }
  // Of the first two hundred tags every twentieth points at the image of another from now on, or at its own again.
  void MoveTen(bool away) {
    for (std::size_t i = 0; i < 10; ++i) Tag(repository_.name, tag(i * 20).tag, tag(i * 20 + (away ? 10 : 0)).digest);
  }

  samples::SampleRepository repository_;
  std::string ref_;
};

TEST_F(CountsTest, AColdFillAndWhatFollowsAskNothingTwice) {
  constexpr unsigned kTags = 1000;
  constexpr unsigned kImages = kTags / kShare;
  Fill(kTags);
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  RefreshReport report = stack->Refresh(ref_);
  EXPECT_TRUE(IsComplete(report, kTags));
  EXPECT_EQ(report.added, kTags);
  EXPECT_EQ(Take("cold fill, 1,000 tags on 250 images", report, kFluxCold), Of(1, 1, 0, kTags, kImages));

  report = stack->Refresh(ref_);
  EXPECT_TRUE(IsComplete(report, kTags));
  EXPECT_EQ(Take("nothing due", report, kFluxNothingDue), Of(0, 1, 0, 0, 0));

  report = stack->Refresh(ref_, true);
  EXPECT_TRUE(IsComplete(report, kTags));
  EXPECT_EQ(report.same, kTags);
  EXPECT_EQ(Take("all asked, all unchanged", report, kFluxAllDue), Of(0, 1, kTags, 0, 0));

  MoveTen(true);
  report = stack->Refresh(ref_, true);
  EXPECT_TRUE(IsComplete(report, kTags));
  EXPECT_EQ(report.moved, 10U);
  EXPECT_EQ(report.same, kTags - 10);
  EXPECT_EQ(Take("all asked, 10 moved to known digests", report, kFluxAllDue), Of(0, 1, kTags, 0, 0));
  auto moved = stack->cache().Image(RefOf(ref_ + ":" + tag(0).tag));
  ASSERT_TRUE(moved.has_value()) << moved.error().ToString();
  EXPECT_EQ(moved->digest(), tag(10).digest);

  samples::SampleBuilder builder(repository_.name);
  samples::SampleImage image;
  image.salt = 4711;
  builder.Tag(tag(3).tag, builder.Image(image));
  Put(std::move(builder).Take());
  report = stack->Refresh(ref_ + ":" + tag(3).tag);
  EXPECT_FALSE(report.error.has_value()) << report.error->ToString();
  EXPECT_EQ(report.moved, 1U);
  EXPECT_EQ(Take("one tag asked, moved to a new image", report), Of(0, 0, 1, 1, 1));
}

TEST_F(CountsTest, ARestartAsksOnlyForWhatIsDue) {
  constexpr unsigned kTags = 200;
  Fill(kTags);
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(ref_), kTags));
  TakeAsked();

  stack.reset();
  stack = Open();
  ASSERT_NE(stack, nullptr);
  std::vector<SourcedImage> images(1);
  images[0].ref = RefOf(ref_);
  stack->refresher().Start(MakeListSource(images));
  Refresher::Status status;
  EXPECT_TRUE(Eventually([&] {
    status = stack->refresher().GetStatus().get();
    return status.repositories == 1;
  }));
  EXPECT_EQ(status.tags, kTags);
  EXPECT_EQ(status.cycles, 0U);
  EXPECT_GT(status.next_due.value_or(Time{}), Now());
  const Asked idle = TakeAsked();
  EXPECT_EQ(idle, Asked());
  Say("a restart, nothing due", idle);

  RefreshReport report = stack->Refresh(ref_);
  EXPECT_TRUE(IsComplete(report, kTags));
  EXPECT_EQ(Take("after a restart, asked for now", report), Of(1, 1, 0, 0, 0));

  stack.reset();
  MoveTen(true);
  stack = Open();
  ASSERT_NE(stack, nullptr);
  report = stack->Refresh(ref_, true);
  EXPECT_TRUE(IsComplete(report, kTags));
  EXPECT_EQ(report.moved, 10U);
  EXPECT_EQ(Take("after a restart, all asked, 10 moved to known digests", report), Of(1, 1, kTags, 0, 0));
}

// Docker Hub's headers: a budget of pulls, of which HEAD takes none.
TEST_F(CountsTest, WherePullsAreKnownToCountEachImageIsPulledOnce) {
  constexpr int kTags = 1000;
  constexpr int kImages = kTags / kShare;
  Fill(kTags);
  proxy_->LimitPulls(100'000);
  RefresherOptions options;
  options.counts_pulls = [](const ImageName&) { return true; };
  auto stack = Open(Unlimited(), options);
  ASSERT_NE(stack, nullptr);
  RefreshReport report = stack->Refresh(ref_);
  EXPECT_TRUE(IsComplete(report, kTags));
  EXPECT_EQ(Take("pulls count: cold fill", report, kFluxCold + ": 1,000 pulls"), Of(1, 1, kTags, kImages, kImages));
  EXPECT_EQ(proxy_->pulls(), kImages);
  report = stack->Refresh(ref_);
  EXPECT_EQ(Take("pulls count: nothing due", report, kFluxNothingDue), Of(0, 1, 0, 0, 0));
  report = stack->Refresh(ref_, true);
  EXPECT_EQ(Take("pulls count: all asked, all unchanged", report, kFluxAllDue + ": 1,000 pulls"),
            Of(0, 1, kTags, 0, 0));
  MoveTen(true);
  report = stack->Refresh(ref_, true);
  EXPECT_EQ(report.moved, 10U);
  EXPECT_EQ(Take("pulls count: all asked, 10 moved to known digests", report, kFluxAllDue + ": 1,000 pulls"),
            Of(0, 1, kTags, 0, 0));
  stack.reset();
  stack = Open(Unlimited(), options);
  ASSERT_NE(stack, nullptr);
  report = stack->Refresh(ref_);
  EXPECT_EQ(Take("pulls count: after a restart", report), Of(1, 1, 0, 0, 0));
  EXPECT_EQ(proxy_->pulls(), kImages) << "and no pull more";
}

// The first tags are on their way before an answer tells that pulls are counted.
TEST_F(CountsTest, WherePullsTurnOutToCountTheRestIsAskedByHead) {
  constexpr int kTags = 200;
  constexpr int kImages = kTags / kShare;
  Fill(kTags);
  proxy_->LimitPulls(100'000);
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  const RefreshReport report = stack->Refresh(ref_);
  EXPECT_TRUE(IsComplete(report, kTags));
  const Asked asked = Take("cold fill where pulls turn out to count", report);
  EXPECT_EQ(asked.blobs, kImages);
  EXPECT_GE(asked.heads, kTags - kInFlight);
  EXPECT_LE(asked.gets, kImages + kInFlight);
}

// The command as a service runs it; killed as a machine that loses power kills it.
class KilledTest : public CountsTest {
 protected:
  void Start(const std::string& rps) {
    std::ofstream(larder_.home() / "images") << ref_ << '\n';
    auto process = larder_.Start({"run", "--images", (larder_.home() / "images").string(), "--metrics", "0",
                                  "--metrics-interval", "1s", "--rps", rps, "--burst", "10"});
    ASSERT_TRUE(process.has_value()) << process.error().ToString();
    process_ = std::move(*process);
    const std::string said = "metrics at ";
    std::string output;
    ASSERT_TRUE(Eventually([&] {
      output = process_.ReadOutput();
      return output.find("/metrics\n") != std::string::npos;
    })) << output;
    const auto begin = output.find(said) + said.size();
    metrics_ = output.substr(begin, output.find('\n', begin) - begin);
  }
  // The line of a series, such as "larder_scheduled_tags 1000".
  bool Says(const std::string& line) const {
    const auto page = HttpGet(metrics_);
    return page.has_value() && ("\n" + page->body).find("\n" + line + "\n") != std::string::npos;
  }
  bool IsIdleWith(int tags) const {
    return Says("larder_scheduled_tags " + std::to_string(tags)) && Says("larder_running_cycles 0") &&
           Says("larder_due_repositories 0");
  }

  LarderCommand larder_;
  Process process_;
  std::string metrics_;
};

TEST_F(KilledTest, AfterSigkillAndRestartNothingIsAskedThatIsNotDue) {
  constexpr int kTags = 1000;
  Fill(kTags);
  Start("1000000");
  ASSERT_TRUE(Eventually([&] { return IsIdleWith(kTags); })) << process_.ReadOutput();
  TakeAsked();
  process_.Kill();
  Start("1000000");
  ASSERT_TRUE(Eventually([&] { return IsIdleWith(kTags); })) << process_.ReadOutput();
  const Asked asked = TakeAsked();
  EXPECT_EQ(asked, Asked());
  Say("after SIGKILL and restart, nothing due", asked, kFluxNothingDue);
}

TEST_F(KilledTest, WherePullsCountNoneIsSpentAgainAfterSigkill) {
  constexpr int kTags = 400;
  Fill(kTags);
  proxy_->LimitPulls(100'000);
  Start("1000000");
  ASSERT_TRUE(Eventually([&] { return IsIdleWith(kTags); })) << process_.ReadOutput();
  TakeAsked();
  const auto pulls = proxy_->pulls();
  EXPECT_LE(pulls, kTags / kShare + kInFlight) << "the first are on their way before an answer tells that pulls count";
  process_.Kill();
  Start("1000000");
  ASSERT_TRUE(Eventually([&] { return IsIdleWith(kTags); })) << process_.ReadOutput();
  const Asked asked = TakeAsked();
  EXPECT_EQ(asked, Asked());
  EXPECT_EQ(proxy_->pulls(), pulls);
  Say("pulls count: after SIGKILL and restart, nothing due", asked, kFluxNothingDue);
}

TEST_F(KilledTest, SigkillInTheMiddleOfAFillLosesASecondOfFetching) {
  constexpr int kTags = 1000;
  constexpr int kKilledRate = 200;
  Fill(kTags);
  Start(std::to_string(kKilledRate));
  ASSERT_TRUE(Eventually([&] { return AskedOf(*proxy_).gets >= 500; })) << process_.ReadOutput();
  process_.Kill();
  const int before = TakeAsked().gets;
  Start("1000000");
  ASSERT_TRUE(Eventually([&] { return IsIdleWith(kTags); })) << process_.ReadOutput();
  const Asked rest = TakeAsked();
  Say("after SIGKILL at " + std::to_string(before) + " of 1,000 and restart", rest, kFluxCold);
  EXPECT_LE(before + rest.gets, kTags + kKilledRate + kInFlight) << "what a second and what was on its way cost";
  EXPECT_LT(rest.gets, kTags - 200) << "what was written stays";
}

TEST_F(CountsTest, AnIndexCostsOneChildAndOneConfig) {
  Fill(200, 3);
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  RefreshReport report = stack->Refresh(ref_);
  EXPECT_TRUE(IsComplete(report, 200));
  EXPECT_EQ(Take("cold fill, 200 tags on 50 indexes", report), Of(1, 1, 0, 200 + 50, 50));
  report = stack->Refresh(ref_, true);
  EXPECT_EQ(Take("all 200 asked, all unchanged", report), Of(0, 1, 200, 0, 0));
}

}  // namespace
}  // namespace larder::testing
