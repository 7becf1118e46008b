// Our processor time for a fixed set of 1,000 GETs: 500 manifests and their configs.
#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "figures.h"
#include "larder/memory_store.h"
#include "larder/remote_client.h"
#include "larder/samples.h"
#include "support/docker_registry.h"
#include "support/put_samples.h"
#include "support/test_certs.h"

namespace larder::bench {
namespace {

constexpr std::size_t kImages = 500;
constexpr int kAtOnce = 10;
const std::string kName = "bench/app";

struct Cost {
  double ours = 0;      // seconds
  double registry = 0;  // seconds
  std::uint64_t connections = 0;
  std::size_t failed = 0;
};

// By the client alone: what a fetch costs, with documents read and digests computed.
Cost FetchAll(testing::DockerRegistry& registry, const samples::SampleRepository& sample, NetworkOptions options) {
  auto network = Network::Start(std::move(options)).value();
  auto factory = MakeRemoteClientFactory(*network, {});
  const auto name = ImageName::Parse(registry.host() + "/" + kName).value();
  auto client = factory->ClientFor(name, {}, Urgency::background).value();
  const double before = OwnProcessorTime();
  const double registry_before = ProcessorTimeOf(registry.process().pid());
  std::promise<void> done;
  std::atomic<std::size_t> left{sample.tags.size()};
  std::atomic<std::size_t> failed{0};
  for (const auto& tag : sample.tags) {
    client->Manifest(tag.tag, {}, {}, [&](FetchResult<FetchedImage> image) {
      if (!image.has_value() || image->manifest_gets + image->blob_gets != 2) ++failed;
      if (--left == 0) done.set_value();
    });
  }
  done.get_future().wait();
  Cost cost;
  cost.ours = OwnProcessorTime() - before;
  cost.registry = ProcessorTimeOf(registry.process().pid()) - registry_before;
  cost.connections = network->Count().connections;
  cost.failed = failed;
  return cost;
}

// With everything: schedule, records, a store in memory.
Cost RefreshAll(testing::DockerRegistry& registry, NetworkOptions options) {
  auto store = OpenMemoryStore({}).value();
  auto network = Network::Start(std::move(options)).value();
  auto factory = MakeRemoteClientFactory(*network, {});
  Refresher refresher(*network, *factory, *store);
  RefreshRequest request;
  request.ref = ImageRef::Parse(registry.host() + "/" + kName).value();
  const double before = OwnProcessorTime();
  const double registry_before = ProcessorTimeOf(registry.process().pid());
  const auto report = refresher.RefreshNow(std::move(request)).get();
  Cost cost;
  cost.ours = OwnProcessorTime() - before;
  cost.registry = ProcessorTimeOf(registry.process().pid()) - registry_before;
  cost.connections = network->Count().connections;
  cost.failed = report.counts.tags - report.counts.known;
  return cost;
}

std::size_t Swallow(char*, std::size_t size, std::size_t count, void* total) {
  *static_cast<std::size_t*>(total) += size * count;
  return size * count;
}

// What a client that wants any kind of manifest has to send.
constexpr char kAccept[] =
    "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.v1+prettyjws, application/vnd.docker.distribution.manifest.v1+json, "
    "application/vnd.oci.artifact.manifest.v1+json";

// The same requests, one after the other on one easy handle, and the documents thrown away.
Cost CurlAll(testing::DockerRegistry& registry, const std::vector<std::string>& urls) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(::curl_easy_init(), ::curl_easy_cleanup);
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> accept(::curl_slist_append(nullptr, kAccept),
                                                                  ::curl_slist_free_all);
  std::size_t bytes = 0;
  ::curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Swallow);
  ::curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &bytes);
  Cost cost;
  const double before = OwnProcessorTime();
  const double registry_before = ProcessorTimeOf(registry.process().pid());
  for (const auto& url : urls) {
    const bool is_manifest = url.find("/manifests/") != std::string::npos;
    ::curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, is_manifest ? accept.get() : nullptr);
    ::curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    long status = 0;
    if (::curl_easy_perform(curl.get()) != CURLE_OK) ++cost.failed;
    ::curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) ++cost.failed;
  }
  cost.ours = OwnProcessorTime() - before;
  cost.registry = ProcessorTimeOf(registry.process().pid()) - registry_before;
  return cost;
}

std::vector<std::string> UrlsOf(const testing::DockerRegistry& registry, const samples::SampleRepository& sample) {
  std::vector<std::string> urls;
  for (const auto& tag : sample.tags) {
    urls.push_back(registry.url() + "/v2/" + kName + "/manifests/" + tag.tag);
    const std::string& manifest = sample.blobs.at(tag.digest).bytes;
    const auto config = manifest.find("\"config\"");
    const auto digest = manifest.find("sha256:", config);
    urls.push_back(registry.url() + "/v2/" + kName + "/blobs/" + manifest.substr(digest, 71));
  }
  return urls;
}

// A profiler wants fewer: LARDER_BENCH_ROUNDS.
int Rounds() {
  const char* text = std::getenv("LARDER_BENCH_ROUNDS");
  const int rounds = text != nullptr ? std::atoi(text) : 0;
  return rounds > 0 ? rounds : 7;
}

// The middle one of several.
struct Costs {
  std::vector<Cost> runs;
  void Add(const Cost& cost) { runs.push_back(cost); }
  Cost Median() const {
    std::vector<Cost> sorted = runs;
    std::sort(sorted.begin(), sorted.end(), [](const Cost& a, const Cost& b) { return a.ours < b.ours; });
    Cost cost = sorted[sorted.size() / 2];
    for (const auto& one : runs) cost.failed = std::max(cost.failed, one.failed);
    return cost;
  }
};

}  // namespace

bool MeasureProcessorTime(Figures& figures) {
  const auto sample = samples::MakeUniformRepository(kName, kImages, 1);
  auto started = testing::DockerRegistry::Start();
  const testing::TestCerts certs;
  testing::DockerRegistryOptions tls;
  tls.certificate = certs.server_cert();
  tls.key = certs.server_key();
  auto secure = testing::DockerRegistry::Start(tls);
  if (!started.has_value() || !secure.has_value()) {
    std::printf("no docker-registry: ./dev deps unpacks one\n");
    return false;
  }
  auto& registry = **started;
  if (!testing::PutSamples(registry.content(), sample).has_value() ||
      !testing::PutSamples((*secure)->content(), sample).has_value()) {
    return false;
  }
  const auto urls = UrlsOf(registry, sample);
  NetworkOptions http2 = Unlimited(kAtOnce);
  http2.hosts[(*secure)->host()].ca_file = certs.ca_file();
  // They take turns: a machine that slows down does so for all. The first round warms the registries' caches.
  Costs curls, fetches, refreshes, multiplexes;
  const int rounds = Rounds();
  for (int round = 0; round <= rounds; ++round) {
    const Cost costs[] = {CurlAll(registry, urls), FetchAll(registry, sample, Unlimited(kAtOnce)),
                          RefreshAll(registry, Unlimited(kAtOnce)), FetchAll(**secure, sample, http2)};
    if (round == 0) continue;
    curls.Add(costs[0]);
    fetches.Add(costs[1]);
    refreshes.Add(costs[2]);
    multiplexes.Add(costs[3]);
  }
  const Cost curl = curls.Median(), ours = fetches.Median(), whole = refreshes.Median();
  const Cost multiplexed = multiplexes.Median();

  figures.Add("1,000 GETs: our processor time", ours.ours * 1e3, "ms");
  figures.Add("1,000 GETs: docker-registry's processor time for them", ours.registry * 1e3, "ms");
  figures.Add("1,000 GETs: a bare curl loop's processor time", curl.ours * 1e3, "ms");
  figures.Add("1,000 GETs: ours / docker-registry's", ours.ours / ours.registry, "", 0.12);
  figures.Add("1,000 GETs: ours / a bare curl loop's", ours.ours / curl.ours, "", 1.5);
  figures.Add("a refresh of as much into a store in memory / a bare curl loop's", whole.ours / curl.ours, "");
  figures.Add("a refresh of as much / docker-registry's", whole.ours / whole.registry, "");
  figures.Add("connections on HTTP/1.1 at a burst of 10, and a first one that tries TLS",
              static_cast<double>(ours.connections), "", kAtOnce + 1);
  figures.Add("connections on HTTP/2", static_cast<double>(multiplexed.connections), "", 1);
  figures.Add("1,000 GETs over HTTP/2 and TLS: ours / docker-registry's", multiplexed.ours / multiplexed.registry, "");
  const std::size_t failed = curl.failed + ours.failed + whole.failed + multiplexed.failed;
  if (failed > 0) std::printf("%zu requests failed: the figures mean nothing\n", failed);
  return failed == 0;
}

}  // namespace larder::bench
