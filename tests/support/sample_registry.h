// Sample repositories behind an HTTP server on loopback, which counts what it is asked. Where a real registry (see
// docker_registry.h) is not to be had, or has to be slow, or to be changed while it serves. Whoever includes this links
// larder::samples too.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "larder/samples.h"
#include "support/counting_proxy.h"
#include "support/http_server.h"

namespace larder::testing {

// Everything may be called from any thread, at any time.
class SampleRegistry {
 public:
  SampleRegistry() : server_([this](const ReceivedRequest& request) { return Answer(request); }) {}

  std::string host() const { return server_.host(); }

  // Replaces what it had of that name.
  void Put(const samples::SampleRepository& repository) {
    const std::lock_guard lock(mutex_);
    Repository& into = repositories_[repository.name];
    into = Repository();
    for (const auto& tag : repository.tags) into.tags[tag.tag] = tag.digest.ToString();
    for (const auto& [digest, blob] : repository.blobs) into.blobs[digest.ToString()] = blob;
  }
  void Tag(const std::string& name, const std::string& tag, const Digest& digest) {
    const std::lock_guard lock(mutex_);
    repositories_[name].tags[tag] = digest.ToString();
  }
  // Every answer waits that long; they wait beside each other.
  void SetDelay(std::chrono::milliseconds delay) { delay_ = delay.count(); }

  int Count(const std::string& method, RequestKind kind) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find({method, kind});
    return found == counts_.end() ? 0 : found->second;
  }
  int Total() const {
    const std::lock_guard lock(mutex_);
    int total = 0;
    for (const auto& [what, count] : counts_) total += count;
    return total;
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    counts_.clear();
  }

 private:
  static constexpr std::size_t kPageSize = 1000;
  struct Repository {
    std::map<std::string, std::string> tags;  // digests
    std::map<std::string, samples::SampleBlob> blobs;
  };

  ServedResponse Answer(const ReceivedRequest& request) {
    ServedResponse served;
    served.delay = std::chrono::milliseconds(delay_);
    const std::string path = request.path();
    const RequestKind kind = KindOf(path);
    const std::lock_guard lock(mutex_);
    ++counts_[{request.method, kind}];
    served.response.status = 404;
    if (kind == RequestKind::ping) served.response.status = 200;
    if (kind == RequestKind::tags) List(path.substr(4, path.size() - 4 - 10), request, served.response);
    for (const std::string part : {"/manifests/", "/blobs/"}) {
      if (const auto at = path.rfind(part); at != std::string::npos && at > 4) {
        Document(path.substr(4, at - 4), path.substr(at + part.size()), served.response);
      }
    }
    return served;
  }

  void List(const std::string& name, const ReceivedRequest& request, HttpResponse& response) const {
    const auto found = repositories_.find(name);
    if (found == repositories_.end()) return;
    const auto query = request.Query();
    const auto n = query.find("n");
    const std::size_t most = n == query.end() ? kPageSize : std::min(kPageSize, std::stoul(n->second));
    const auto last = query.find("last");
    const auto& tags = found->second.tags;
    auto tag = last == query.end() ? tags.begin() : tags.upper_bound(last->second);
    std::string list;
    std::string previous;
    for (std::size_t i = 0; i < most && tag != tags.end(); ++i, ++tag) {
      list += (list.empty() ? "\"" : ",\"") + tag->first + "\"";
      previous = tag->first;
    }
    response.status = 200;
    response.headers = {{"Content-Type", "application/json"}};
    if (tag != tags.end()) {
      response.headers.emplace_back(
          "Link", "</v2/" + name + "/tags/list?last=" + previous + "&n=" + std::to_string(most) + ">; rel=\"next\"");
    }
    response.body = R"({"name":")" + name + R"(","tags":[)" + list + "]}";
  }

  void Document(const std::string& name, const std::string& reference, HttpResponse& response) const {
    const auto found = repositories_.find(name);
    if (found == repositories_.end()) return;
    const auto tag = found->second.tags.find(reference);
    const std::string& digest = tag == found->second.tags.end() ? reference : tag->second;
    const auto blob = found->second.blobs.find(digest);
    if (blob == found->second.blobs.end()) return;
    response.status = 200;
    response.headers = {{"Content-Type", blob->second.media_type}, {"Docker-Content-Digest", digest}};
    response.body = blob->second.bytes;
  }

  mutable std::mutex mutex_;
  std::map<std::string, Repository> repositories_;
  std::map<std::pair<std::string, RequestKind>, int> counts_;
  std::atomic<std::int64_t> delay_{0};
  HttpServer server_;  // last: its threads use all of the above
};

}  // namespace larder::testing
