#include "larder/refresher.h"

#include <algorithm>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

#include "refresh/checked_store.h"
#include "refresh/engine.h"
#include "refresh/host_memory.h"
#include "refresh/store_thread.h"
#include "registry/network_parts.h"

namespace larder {
namespace {

// What a sample costs is much less.
constexpr std::chrono::milliseconds kShortestSampling{10};

RefresherOptions Completed(RefresherOptions options, Network& network) {
  if (!options.counts_pulls) {
    options.counts_pulls = [&limits = network.parts().limits()](const ImageName& name) {
      return limits.CountsPulls(RateLimiters::ApiHost(name));
    };
  }
  return options;
}

}  // namespace

// Everything but the store's thread lives on the network's loop: made there, used there, taken down there.
class Refresher::Impl {
 public:
  Impl(Network& network, ClientFactory& factory, Store& store, RefresherOptions options)
      : loop_(network.parts().loop()),
        store_(store, options.log),
        executor_([&loop = loop_](std::function<void()> fn) { loop.Post(std::move(fn)); }),
        engine_(loop_, executor_, factory, store_, Completed(std::move(options), network)),
        limits_(network.parts().limits()),
        hosts_(engine_.chores(), executor_, store_, limits_) {
    // What is asked before the bans are restored would not respect them.
    OnLoop([this] { hosts_.Start([this] { Ready(); }); });
  }

  ~Impl() {
    Stop();
    // What was asked since an earlier Stop is answered, too, while there is something to answer it.
    std::promise<void> last;
    loop_.Post([this, &last] { executor_.Execute([] {}, [&last] { last.set_value(); }); });
    last.get_future().wait();
  }

  void Stop() {
    const std::lock_guard lock(stop_mutex_);
    if (std::exchange(stopped_, true)) return;
    std::promise<void> done;
    loop_.Post([this, &done] {
      Ready();
      engine_.Stop([this, &done] {
        hosts_.Stop();
        // After everything that the engine gave to the store's thread.
        executor_.Execute([] {}, [&done] { done.set_value(); });
      });
    });
    done.get_future().wait();
  }

  // Runs `fn` with the engine, once it is ready.
  void WithEngine(std::function<void(refresh::Engine&)> fn) {
    OnLoop([this, fn = std::move(fn)] {
      if (ready_) {
        fn(engine_);
      } else {
        waiting_.push_back(fn);
      }
    });
  }

  // On the loop, before the engine asks for anything of these.
  void Know(const ImageName& name) { hosts_.Know({RateLimiters::ApiHost(name)}); }
  std::shared_ptr<ImageSource> Known(std::shared_ptr<ImageSource> source) {
    return MakeCallbackSource([this, source = std::move(source)] {
      auto images = source->Images();
      std::vector<std::string> hosts;
      if (images.has_value()) {
        for (const auto& image : *images) hosts.push_back(RateLimiters::ApiHost(image.ref.name()));
      }
      hosts_.Know(hosts);
      return images;
    });
  }

  // On the loop.
  Status StatusOf(Status of_engine) const {
    of_engine.store_queue = executor_.waiting();
    return of_engine;
  }
  bool Tell(const OnSample& sample, const Status& of_engine) const {
    return sample(StatusOf(of_engine), limits_.Report());
  }
  std::uint64_t corrupt() const { return store_.corrupt(); }

 private:
  void OnLoop(std::function<void()> fn) { loop_.Post(std::move(fn)); }

  void Ready() {
    ready_ = true;
    for (auto& fn : std::exchange(waiting_, {})) fn(engine_);
  }

  http::Loop& loop_;
  refresh::CheckedStore store_;
  refresh::StoreThread executor_;
  refresh::Engine engine_;
  RateLimiters& limits_;
  refresh::HostMemory hosts_;
  bool ready_ = false;                                          // the loop's thread only
  std::vector<std::function<void(refresh::Engine&)>> waiting_;  // the loop's thread only
  std::mutex stop_mutex_;
  bool stopped_ = false;  // guarded by stop_mutex_
};

Refresher::Refresher(Network& network, ClientFactory& factory, Store& store, RefresherOptions options)
    : impl_(std::make_unique<Impl>(network, factory, store, std::move(options))) {}

Refresher::~Refresher() = default;

void Refresher::Start(std::shared_ptr<ImageSource> source) {
  impl_->WithEngine(
      [impl = impl_.get(), source = std::move(source)](refresh::Engine& engine) { engine.Start(impl->Known(source)); });
}

void Refresher::Reload() {
  impl_->WithEngine([](refresh::Engine& engine) { engine.Reload(); });
}

void Refresher::Stop() { impl_->Stop(); }

void Refresher::RefreshNow(RefreshRequest request, std::function<void(RefreshReport)> done) {
  impl_->WithEngine(
      [impl = impl_.get(), request = std::move(request), done = std::move(done)](refresh::Engine& engine) {
        impl->Know(request.ref.name());
        engine.RefreshNow(request, done);
      });
}

std::future<RefreshReport> Refresher::RefreshNow(RefreshRequest request) {
  auto promise = std::make_shared<std::promise<RefreshReport>>();
  auto future = promise->get_future();
  RefreshNow(std::move(request), [promise](RefreshReport report) { promise->set_value(std::move(report)); });
  return future;
}

void Refresher::Prioritize(const ImageName& name) {
  impl_->WithEngine([impl = impl_.get(), name](refresh::Engine& engine) {
    impl->Know(name);
    engine.Prioritize(name);
  });
}

std::uint64_t Refresher::corrupt() const { return impl_->corrupt(); }

std::future<Refresher::Status> Refresher::GetStatus() {
  auto promise = std::make_shared<std::promise<Status>>();
  auto future = promise->get_future();
  impl_->WithEngine([promise, impl = impl_.get()](refresh::Engine& engine) {
    promise->set_value(impl->StatusOf(engine.GetStatus()));
  });
  return future;
}

void Refresher::Sample(Duration interval, OnSample sample) {
  const Duration every = std::max<Duration>(interval, kShortestSampling);
  impl_->WithEngine([impl = impl_.get(), every, sample = std::move(sample)](refresh::Engine& engine) {
    engine.Sample(every, [impl, sample](const Status& status) { return impl->Tell(sample, status); });
  });
}

}  // namespace larder
