// Fills that are stopped, and registries that go away in the middle: what was fetched stays, and only the rest is
// fetched.
#include <atomic>
#include <chrono>
#include <iostream>

#include "integration/stack.h"
#include "support/tcp_relay.h"
#include "support/test_certs.h"

namespace larder::testing {
namespace {

constexpr std::size_t kManyTags = 400;
constexpr std::size_t kTagsInFlight = 32;  // tags of a repository at once

class InterruptionTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    if (IsSkipped()) return;
    Serve();
    Put(samples::MakeUniformRepository("long/fill", kManyTags, 4));
  }

  // Begins to fill, and returns when so many tags are done.
  std::future<RefreshReport> FillUntil(Stack& stack, const std::string& ref, std::size_t enough) {
    done_ = 0;
    auto report = stack.Begin(ref, [this](std::size_t done, std::size_t) { done_ = done; });
    EXPECT_TRUE(Eventually([&] { return done_ >= enough; }));
    return report;
  }
  static std::uint64_t Images(const Stack& stack, const std::string& ref) {
    std::uint64_t images = 0;
    auto view = stack.cache().Repository(NameOf(ref));
    if (!view.has_value()) return 0;
    auto visited = view->VisitImages([&](const ImageSpan& image) {
      if (image.status() == EntryStatus::image) ++images;
      return ScanAction::go_on;
    });
    EXPECT_TRUE(visited.has_value() && visited->broken == 0);
    return images;
  }

  std::atomic<std::size_t> done_ = 0;
};

TEST_F(InterruptionTest, StopsWithinASecondAndKeepsWhatWasFetched) {
  const std::string ref = ByProxy("long/fill");
  proxy_->SetDelay(std::chrono::milliseconds(50));
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  auto pending = FillUntil(*stack, ref, 100);
  const auto start = std::chrono::steady_clock::now();
  stack->refresher().Stop();
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took, std::chrono::seconds(1) * kSlow);
  const RefreshReport stopped = Stack::Wait(pending);
  ASSERT_TRUE(stopped.error.has_value());
  EXPECT_EQ(stopped.error->code, Errc::cancelled);
  EXPECT_EQ(stopped.completeness, Completeness::partial);
  const auto kept = Images(*stack, ref);
  EXPECT_GE(kept, 100U);
  EXPECT_EQ(kept, stopped.counts.known);
  EXPECT_LT(kept, kManyTags);
  stack.reset();
  const auto before = static_cast<std::size_t>(TakeAsked().gets);
  std::cout << "stopped in " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms with "
            << kept << " of " << kManyTags << " tags\n";

  proxy_->SetDelay(std::chrono::milliseconds(0));
  stack = Open();
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(ref), kManyTags));
  const auto after = static_cast<std::size_t>(TakeAsked().gets);
  EXPECT_EQ(after, kManyTags - kept) << "the rest, and nothing else";
  EXPECT_LE(before + after, kManyTags + kTagsInFlight) << "but what was on its way";
}

TEST_F(InterruptionTest, ARegistryThatDiesAndComesBackLosesNothing) {
  const std::string ref = Directly("long/fill");
  auto stack = Open(Limited(200));
  ASSERT_NE(stack, nullptr);
  auto pending = FillUntil(*stack, ref, 100);
  registry_->process().Kill();
  const RefreshReport broken = Stack::Wait(pending);
  ASSERT_TRUE(broken.error.has_value());
  EXPECT_EQ(broken.error->code, Errc::unavailable) << broken.error->ToString();
  EXPECT_EQ(broken.completeness, Completeness::partial);
  const auto kept = Images(*stack, ref);
  EXPECT_GE(kept, 100U);
  EXPECT_EQ(kept, broken.counts.known);
  EXPECT_EQ(broken.counts.failing, 0U) << "no tag is charged with the host's failure";

  // Still down: what is known stays. (A new network, which does not know that the host is down.)
  stack.reset();
  stack = Open();
  ASSERT_NE(stack, nullptr);
  const RefreshReport down = stack->Refresh(ref);
  ASSERT_TRUE(down.error.has_value());
  EXPECT_EQ(down.error->code, Errc::unavailable) << down.error->ToString();
  EXPECT_EQ(Images(*stack, ref), kept);

  auto restarted = registry_->Restart();
  ASSERT_TRUE(restarted.has_value()) << restarted.error().ToString();
  stack.reset();
  stack = Open();
  ASSERT_NE(stack, nullptr);
  const RefreshReport report = stack->Refresh(ref);
  EXPECT_TRUE(IsComplete(report, kManyTags));
  EXPECT_EQ(report.manifest_gets, kManyTags - kept) << "the rest, and nothing else";
  EXPECT_EQ(Images(*stack, ref), kManyTags);
}

// The path to the registry breaks in the middle of a pass: every connection that there is falls silent, both ways, and
// none ends. What is sent after the first time-out goes by new ones; nobody is left alone, no tag is charged.
class SilenceTest : public InterruptionTest {
 protected:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTimeout = std::chrono::seconds(1) * kSlow;

  void ExpectRecovery(NetworkOptions network, TcpRelay& relay) {
    network.request_timeout = kTimeout;
    auto stack = Open(std::move(network));
    ASSERT_NE(stack, nullptr);
    auto pending = FillUntil(*stack, relay.host() + "/long/fill", 100);
    const auto broke = Clock::now();
    EXPECT_GE(relay.Freeze(), 1U);
    const std::size_t done = done_;
    ASSERT_LT(done, kManyTags - 2 * kTagsInFlight) << "in the middle";
    ASSERT_TRUE(Eventually([&] { return done_ > done + kTagsInFlight; }));
    const auto recovered = Clock::now() - broke;
    const RefreshReport report = Stack::Wait(pending);
    const auto whole = Clock::now() - broke;
    EXPECT_TRUE(IsComplete(report, kManyTags));
    EXPECT_EQ(report.failed, 0U);
    EXPECT_EQ(report.listings, 1U);
    EXPECT_LT(recovered, kTimeout + std::chrono::seconds(1) * kSlow) << "one time-out";
    EXPECT_LT(whole, kTimeout + std::chrono::seconds(5) * kSlow) << "and the rest without a pause";
    const auto ms = [](auto took) { return std::chrono::duration_cast<std::chrono::milliseconds>(took).count(); };
    std::cout << "silent connections, time-out " << kTimeout.count() << " ms: it goes on after " << ms(recovered)
              << " ms, whole after " << ms(whole) << " ms\n";
    for (const auto& host : stack->network().Hosts()) EXPECT_FALSE(host.silent) << host.host;
  }
};

TEST_F(SilenceTest, ConnectionsThatFallSilentInTheMiddleCostOneTimeout) {
  proxy_->SetDelay(std::chrono::milliseconds(20));  // so that each has a request on it
  const std::string host = proxy_->host();
  TcpRelay relay(static_cast<std::uint16_t>(std::stoi(host.substr(host.rfind(':') + 1))));
  ExpectRecovery(Unlimited(), relay);
}

// All but the one that the listing goes by, which is one time-out; not one each.
TEST_F(SilenceTest, SoDoThoseThatWereIdle) {
  const std::string host = proxy_->host();
  TcpRelay relay(static_cast<std::uint16_t>(std::stoi(host.substr(host.rfind(':') + 1))));
  const std::string ref = relay.host() + "/long/fill";
  NetworkOptions network = Unlimited();
  network.request_timeout = kTimeout;
  auto stack = Open(std::move(network));
  ASSERT_NE(stack, nullptr);
  proxy_->SetDelay(std::chrono::milliseconds(20));  // so that there are many
  EXPECT_TRUE(IsComplete(stack->Refresh(ref), kManyTags));
  proxy_->SetDelay(std::chrono::milliseconds(0));
  EXPECT_GE(relay.Freeze(), 4U);
  const RefreshReport report = stack->Refresh(ref, true);
  EXPECT_TRUE(IsComplete(report, kManyTags));
  EXPECT_EQ(report.listings, 2U);
  EXPECT_EQ(report.same, kManyTags);
  std::uint64_t unanswered = 0;
  for (const auto& status : stack->network().Hosts()) {
    unanswered += status.outcomes.unreachable;
    EXPECT_FALSE(status.silent) << status.host;
  }
  EXPECT_EQ(unanswered, 1U);
}

// One connection then, with all that is on it.
TEST_F(SilenceTest, SoDoesOneOfHttp2) {
  const TestCerts certs;
  DockerRegistryOptions options;
  options.certificate = certs.server_cert();
  options.key = certs.server_key();
  Serve(std::move(options));
  Put(samples::MakeUniformRepository("long/fill", kManyTags, 4));
  TcpRelay relay(registry_->port());
  NetworkOptions network = Limited(300);
  network.hosts[relay.host()].ca_file = certs.ca_file();
  ExpectRecovery(std::move(network), relay);
}

// A 429 in the middle: what was on its way comes back, and until the ban ends nothing at all is sent.
TEST_F(InterruptionTest, InsideABanNothingIsSent) {
  const std::string ref = ByProxy("long/fill");
  std::atomic<int> gets = 0;
  proxy_->Intercept([&gets](const ReceivedRequest& request) -> std::optional<HttpResponse> {
    if (request.method != "GET" || KindOf(request.path()) != RequestKind::manifest || ++gets <= 100)
      return std::nullopt;
    HttpResponse refused;
    refused.status = 429;
    refused.headers.emplace_back("Retry-After", "3600");
    return refused;
  });
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  const RefreshReport banned = stack->Refresh(ref);
  ASSERT_TRUE(banned.error.has_value());
  EXPECT_EQ(banned.error->code, Errc::rate_limited) << banned.error->ToString();
  EXPECT_TRUE(banned.error->retry_at.has_value());
  EXPECT_GE(Images(*stack, ref), 100U - kTagsInFlight) << "what was fetched before is kept";
  EXPECT_EQ(banned.counts.failing, 0U) << "no tag is charged";
  proxy_->Forget();
  for (const bool all : {false, true}) {
    const RefreshReport inside = stack->Refresh(ref, all);
    ASSERT_TRUE(inside.error.has_value());
    EXPECT_EQ(inside.error->code, Errc::rate_limited) << inside.error->ToString();
  }
  const RefreshReport one = stack->Refresh(ref + ":v0.0.0");
  EXPECT_TRUE(one.error.has_value());
  EXPECT_EQ(proxy_->Total(), 0);
  // Another host is none of its business, nor does a restart forget the ban.
  EXPECT_TRUE(IsComplete(stack->Refresh(Directly("long/fill")), kManyTags));
  stack.reset();
  stack = Open();
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(stack->Refresh(ref).error.has_value());
  EXPECT_EQ(proxy_->Total(), 0);
}

TEST_F(InterruptionTest, AnOutageOfAKnownRepositoryLeavesItComplete) {
  const std::string ref = Directly("long/fill");
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(ref), kManyTags));
  registry_->process().Kill();
  const RefreshReport down = stack->Refresh(ref, true);
  ASSERT_TRUE(down.error.has_value());
  EXPECT_EQ(down.error->code, Errc::unavailable) << down.error->ToString();
  EXPECT_EQ(down.completeness, Completeness::complete);
  auto metadata = stack->cache().Repository(NameOf(ref))->ToMetadata();
  ASSERT_TRUE(metadata.has_value());
  EXPECT_EQ(metadata->images.size(), kManyTags);
  EXPECT_NE(metadata->last_error, "");
}

}  // namespace
}  // namespace larder::testing
