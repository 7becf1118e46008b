#include "integration/stack.h"

#include <ostream>
#include <utility>

#include "larder/lmdb_store.h"
#include "support/put_samples.h"
#include "support/servers.h"

namespace larder::testing {
namespace {

constexpr std::chrono::minutes kPatience{2};

}  // namespace

NetworkOptions Unlimited() { return Limited(1'000'000); }

NetworkOptions Limited(double rps, int burst) {
  NetworkOptions options;
  options.limits.rate.rps = rps;
  options.limits.rate.burst = burst;
  return options;
}

std::unique_ptr<Stack> Stack::Open(const std::filesystem::path& store, NetworkOptions network,
                                   RefresherOptions refresher) {
  LmdbOptions options;
  options.path = store;
  auto opened = OpenLmdbStore(options);
  if (opened.has_value()) return Over(std::move(*opened), std::move(network), std::move(refresher));
  ADD_FAILURE() << opened.error().ToString();
  return nullptr;
}

std::unique_ptr<Stack> Stack::Over(std::unique_ptr<Store> store, NetworkOptions network, RefresherOptions refresher) {
  auto started = Network::Start(std::move(network));
  if (!started.has_value()) {
    ADD_FAILURE() << started.error().ToString();
    return nullptr;
  }
  std::unique_ptr<Stack> stack(new Stack);
  stack->store_ = std::move(store);
  stack->network_ = std::move(*started);
  RemoteOptions remote;
  remote.platforms = refresher.platforms;
  stack->factory_ = MakeRemoteClientFactory(*stack->network_, std::move(remote));
  stack->refresher_ =
      std::make_unique<Refresher>(*stack->network_, *stack->factory_, *stack->store_, std::move(refresher));
  stack->cache_ = std::make_unique<Cache>(*stack->store_);
  return stack;
}

RefreshReport Stack::Refresh(const std::string& ref, bool all) {
  RefreshRequest request = RequestFor(ref);
  request.all = all;
  return Refresh(std::move(request));
}

RefreshReport Stack::Refresh(RefreshRequest request) {
  auto report = refresher_->RefreshNow(std::move(request));
  return Wait(report);
}

std::future<RefreshReport> Stack::Begin(const std::string& ref,
                                        std::function<void(std::size_t, std::size_t)> progress) {
  RefreshRequest request = RequestFor(ref);
  request.progress = std::move(progress);
  return refresher_->RefreshNow(std::move(request));
}

RefreshReport Stack::Wait(std::future<RefreshReport>& report) {
  if (report.wait_for(kPatience) == std::future_status::ready) return report.get();
  RefreshReport late;
  late.error = Error{Errc::unavailable, "the test gave up waiting"};
  return late;
}

RefreshRequest RequestFor(const std::string& ref) {
  RefreshRequest request;
  request.ref = RefOf(ref);
  return request;
}

ImageName NameOf(const std::string& ref) { return RefOf(ref).name(); }

ImageRef RefOf(const std::string& ref) {
  auto parsed = ImageRef::Parse(ref);
  EXPECT_TRUE(parsed.has_value()) << ref;
  return parsed.value_or(ImageRef());
}

std::ostream& operator<<(std::ostream& out, const Asked& asked) {
  return out << asked.pings << " ping, " << asked.listings << " listing, " << asked.heads << " HEAD, " << asked.gets
             << " manifest GET, " << asked.blobs << " blob GET";
}

Asked AskedOf(const CountingProxy& proxy) {
  Asked asked;
  asked.pings = proxy.Count("GET", RequestKind::ping);
  asked.listings = proxy.Count("GET", RequestKind::tags);
  asked.heads = proxy.Count("HEAD", RequestKind::manifest);
  asked.gets = proxy.Count("GET", RequestKind::manifest);
  asked.blobs = proxy.Count("GET", RequestKind::blob);
  return asked;
}

Asked AskedOf(const RefreshReport& report) {
  Asked asked;
  asked.listings = static_cast<int>(report.listings);
  asked.heads = static_cast<int>(report.heads);
  asked.gets = static_cast<int>(report.manifest_gets);
  asked.blobs = static_cast<int>(report.blob_gets);
  return asked;
}

::testing::AssertionResult IsComplete(const RefreshReport& report, std::size_t tags) {
  if (report.error.has_value()) return ::testing::AssertionFailure() << report.error->ToString();
  RepositoryCounts all;
  all.tags = all.known = static_cast<std::uint32_t>(tags);
  if (report.completeness != Completeness::complete || report.counts != all || report.write_failures > 0) {
    return ::testing::AssertionFailure() << CompletenessName(report.completeness) << ", " << report.counts.tags
                                         << " tags, " << report.counts.known << " known, " << report.counts.pending
                                         << " pending, " << report.counts.failing << " failing, "
                                         << report.write_failures << " not written";
  }
  return ::testing::AssertionSuccess();
}

void RegistryTest::SetUp() {
  LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
  ASSERT_FALSE(store_.path().empty());
}

void RegistryTest::Serve(DockerRegistryOptions options) {
  auto registry = DockerRegistry::Start(std::move(options));
  ASSERT_TRUE(registry.has_value()) << registry.error().ToString();
  registry_ = std::move(*registry);
  proxy_ = std::make_unique<CountingProxy>(registry_->url());
}

void RegistryTest::Put(const samples::SampleRepository& repository) {
  auto put = PutSamples(registry_->content(), repository);
  ASSERT_TRUE(put.has_value()) << put.error().ToString();
}

void RegistryTest::Tag(const std::string& repository, const std::string& tag, const Digest& digest) {
  auto tagged = registry_->content().Tag(repository, tag, digest.ToString());
  ASSERT_TRUE(tagged.has_value()) << tagged.error().ToString();
}

Asked RegistryTest::TakeAsked() {
  const Asked asked = AskedOf(*proxy_);
  const int others = proxy_->Total() - asked.pings - asked.listings - asked.heads - asked.gets - asked.blobs;
  EXPECT_EQ(others, 0) << "requests of no known kind";
  proxy_->Forget();
  return asked;
}

}  // namespace larder::testing
