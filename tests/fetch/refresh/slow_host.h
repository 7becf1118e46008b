// A registry of which one host is slow: what it answers comes so much later, by `delay` as it is when the answer is
// made.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "world.h"

namespace larder::refresh {

class SlowClient final : public Client {
 public:
  SlowClient(World& world, const Duration& delay, std::shared_ptr<Client> next)
      : world_(world), delay_(delay), next_(std::move(next)) {}
  void Tags(std::stop_token stop, OnPage page, OnTags done) override {
    next_->Tags(stop, std::move(page), Late<FetchResult<TagsSummary>>(std::move(done)));
  }
  void Head(std::string reference, Digest known, std::stop_token stop, OnHead done) override {
    next_->Head(std::move(reference), known, stop, Late<FetchResult<HeadResult>>(std::move(done)));
  }
  void Manifest(std::string reference, KnownFacts known, std::stop_token stop, OnManifest done) override {
    next_->Manifest(std::move(reference), std::move(known), stop, Late<FetchResult<FetchedImage>>(std::move(done)));
  }

 private:
  template <class T>
  std::function<void(T)> Late(std::function<void(T)> done) {
    return [&timers = world_.timers, &delay = delay_, done = std::move(done)](T answer) {
      timers.At(timers.Now() + delay, [done, answer = std::move(answer)] { done(answer); });
    };
  }
  World& world_;
  const Duration& delay_;
  std::shared_ptr<Client> next_;
};

class SlowHost final : public ClientFactory {
 public:
  SlowHost(World& world, std::string host, const Duration& delay)
      : world_(world), host_(std::move(host)), delay_(delay) {}
  Result<std::unique_ptr<Client>> ClientFor(const ImageName& name, const Credentials& credentials,
                                            Urgency urgency) override {
    LARDER_ASSIGN_OR_RETURN(std::unique_ptr<Client> next, world_.registry.ClientFor(name, credentials, urgency));
    if (HostOf(name.Canonical()) != host_) return next;
    return std::make_unique<SlowClient>(world_, delay_, std::move(next));
  }
  void Succeed(const ImageName&) override {}

 private:
  World& world_;
  std::string host_;
  const Duration& delay_;
};

}  // namespace larder::refresh
