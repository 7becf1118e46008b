// A refresher on a virtual clock, over a registry and a store in memory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "larder/cache.h"
#include "larder/memory_store.h"
#include "larder/testing/fake_registry.h"
#include "refresh/engine.h"
#include "support/inline_executor.h"
#include "support/virtual_timers.h"

namespace larder::refresh {

using ::testing::ElementsAre;
using testing::FakeCall;
using testing::FakeDigest;
using testing::FakeImage;
using testing::FakeIndex;
using ::testing::HasSubstr;
using testing::InlineExecutor;
using ::testing::IsEmpty;
using Kind = FakeCall::Kind;

inline constexpr auto kDay = std::chrono::days(1);

class World {
 public:
  World() : World(OpenMemoryStore({}).value()) {}
  explicit World(std::shared_ptr<Store> store_in)
      : store(std::move(store_in)),
        registry([this](std::function<void()> fn) { timers.Post(std::move(fn)); }),
        executor(timers) {
    options.on_event = [this](const Event& event) { events.push_back(event); };
  }
  ~World() { Stop(); }

  void Boot() { engine = std::make_unique<Engine>(timers, executor, registry, *store, options); }
  void Start(const std::vector<std::string>& images) {
    if (engine == nullptr) Boot();
    std::vector<SourcedImage> sourced;
    for (const auto& image : images) {
      SourcedImage one;
      one.ref = ImageRef::Parse(image).value();
      sourced.push_back(one);
    }
    engine->Start(MakeListSource(std::move(sourced)));
    timers.RunReady();
  }
  void Stop() {
    if (engine == nullptr) return;
    bool stopped = false;
    engine->Stop([&] { stopped = true; });
    timers.RunReady();
    EXPECT_TRUE(stopped);
    engine.reset();
  }

  RefreshReport Refresh(const std::string& ref, bool all = false) {
    if (engine == nullptr) Boot();
    std::optional<RefreshReport> report;
    RefreshRequest request;
    request.ref = ImageRef::Parse(ref).value();
    request.all = all;
    engine->RefreshNow(std::move(request), [&](RefreshReport told) { report = std::move(told); });
    timers.RunReady();
    EXPECT_TRUE(report.has_value()) << ref;
    return report.value_or(RefreshReport());
  }

  RepositoryMetadata Metadata(const std::string& name) {
    Cache cache(*store);
    auto view = cache.Repository(ImageName::Parse(name).value(), timers.Now());
    if (!view.has_value()) return {};
    return view->ToMetadata().value();
  }
  Result<ImageView> Image(const std::string& ref) {
    return Cache(*store).Image(ImageRef::Parse(ref).value(), timers.Now());
  }
  std::vector<std::string> EventTexts() const {
    std::vector<std::string> texts;
    for (const auto& event : events)
      texts.push_back(std::string(EventKindName(event.kind)) + " " + event.ref.ToString());
    return texts;
  }
  Timestamp DaysAgo(int days) const { return Timestamp::FromTime(timers.Now() - std::chrono::days(days)); }

  testing::VirtualTimers timers;
  std::shared_ptr<Store> store;
  testing::FakeRegistry registry;
  InlineExecutor executor;
  RefresherOptions options;
  std::vector<Event> events;
  std::unique_ptr<Engine> engine;
};

inline FetchError FakeError(Errc code, Blame blame, int status, std::string message = "injected",
                            std::optional<Time> retry_at = std::nullopt) {
  FetchError error;
  error.error = Error{code, std::move(message), retry_at};
  error.blame = blame;
  error.http_status = status;
  return error;
}

// A world with repositories of many tags.
class EngineTest : public ::testing::Test {
 protected:
  void Fill(const std::string& name, int tags, int share = 1) {
    for (int i = 0; i < tags; ++i) {
      world.registry.SetTag(name, "v" + std::to_string(1000 + i),
                            testing::FakeImage(static_cast<std::uint64_t>(1 + i / share), world.DaysAgo(30)));
    }
  }
  World world;
};

}  // namespace larder::refresh
