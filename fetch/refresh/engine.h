// The refresher itself, without threads: one object on one loop, driven by timers. Refresher gives it a real loop;
// tests give it a virtual clock.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "larder/refresher.h"
#include "refresh/chores.h"
#include "refresh/collection.h"
#include "refresh/cycle.h"
#include "refresh/host_health.h"
#include "refresh/images_in_use.h"
#include "refresh/schedule.h"

namespace larder::refresh {

// The loop's thread only. What is given must outlive it.
class Engine {
 public:
  Engine(http::Timers& timers, Executor& executor, ClientFactory& factory, Store& store, RefresherOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void Start(std::shared_ptr<ImageSource> source);
  // Asks the image source now.
  void Reload() { images_.Ask(); }
  // `stopped` is called when nothing is in flight any more and all that was fetched is written.
  void Stop(std::function<void()> stopped);

  void RefreshNow(RefreshRequest request, std::function<void(RefreshReport)> done);
  void Prioritize(const ImageName& name);
  Refresher::Status GetStatus() const;
  // Gives `take` the status now and every `interval`, until it answers false.
  void Sample(Duration interval, std::function<bool(Refresher::Status)> take);
  // For what else is due on this loop: one timer wakes for all. Nothing fires after Stop.
  http::Timers& chores() { return chores_; }

 private:
  struct Wanted {
    RefreshRequest request;
    std::function<void(RefreshReport)> done;
    Time since{};
    RefreshReport before;  // what passes found that were cut short for a later request
  };
  // A cycle under way.
  struct Pass {
    Pass();
    CycleRequest request;
    std::vector<Wanted> waiting;
    bool urgent = false;  // it was asked for
    bool cut = false;     // in favour of a later request for the same repository
    bool lost = false;    // its lease
    std::stop_source stop;
    Cycle* cycle = nullptr;  // from when it is there
  };
  using PassPtr = std::shared_ptr<Pass>;
  // A cycle of one tag.
  struct One {
    std::string tag;
    Cycle* cycle = nullptr;
  };
  struct Suspended {
    Blame by = Blame::none;
    std::uint32_t row = 0;
  };

  // In engine.cc: when what runs.
  void TakeImages(const std::vector<std::string>& came, const std::vector<std::string>& left);
  // Reads its stored deadlines into the schedule, few repositories at once: what is due, or asked for, does not wait
  // for the deadlines of all.
  void Load(const std::string& name);
  void LoadNext();
  http::Task<void> LoadDues(std::string name);
  void Pump();
  void StartAllWanted();
  void StartAllDue(Time now);
  void NoticeClock(Time now);
  // For what falls due after the time up to which Pump has taken.
  void Arm();
  bool MayStart(std::string_view name);
  void Spawn(http::Task<void> task);
  void MaybeStopped();

  // In engine_passes.cc: one pass over a repository.
  void StartDue(Schedule::Due due);
  void StartWanted(const std::string& name);
  static bool MayCut(const Pass& pass);
  static void Cut(Pass& pass);
  static void LeaseLost(Pass& pass);
  http::Task<void> RunPass(std::string name, PassPtr pass);
  http::Task<CycleReport> RunLeased(std::string name, PassPtr pass);
  http::Task<CycleReport> RunCycle(std::string name, PassPtr pass);
  std::function<bool()> YieldsOf(const std::string& name, const PassPtr& pass);
  void NoteWrites(const CycleReport& report);
  void AfterCycle(const std::string& name, const Pass& pass, const CycleReport& report);
  RefreshReport AnswerOf(const CycleReport& report) const;
  void AnswerWaiting(const std::string& name, Pass& pass, const CycleReport& report);
  http::Task<void> RunOne(Wanted wanted);
  // `cycle` begins: it and those of the same repository that may ask for the same tags are told of each other. `tag`:
  // the one that it asks for; "": a pass.
  void Introduce(const std::string& name, std::string_view tag, Cycle& cycle);
  http::Task<Result<Credentials>> CredentialsFor(ImageName name, const std::vector<Wanted>& waiting);
  Result<std::unique_ptr<Client>> MakeClient(const ImageName& name, const Result<Credentials>& credentials,
                                             Urgency urgency);
  HostHealth& HealthOf(std::string_view name);

  http::Timers& timers_;
  Executor& executor_;
  ClientFactory& factory_;
  Store& store_;
  RefresherOptions options_;
  CycleOptions cycle_options_;
  FactsTable facts_;
  CycleParts parts_;
  Schedule schedule_;
  Chores chores_;
  ImagesInUse images_;
  Collection collection_;
  std::string lease_owner_;
  std::map<std::string, std::vector<Wanted>, std::less<>> wanted_;  // whole repositories, not begun
  std::map<std::string, PassPtr, std::less<>> passes_;              // by repository
  std::multimap<std::string, One, std::less<>> ones_;               // by repository
  std::map<std::string, std::size_t, std::less<>> running_;         // passes by host
  std::set<std::string, std::less<>> crowded_;                      // hosts whose due repositories wait for a pass
  std::map<std::string, Suspended, std::less<>> suspended_;         // repositories whose last pass was
  bool full_ = false;                                               // repositories of any host wait for one
  std::map<std::string, HostHealth, std::less<>> health_;           // by host
  std::map<std::string, std::uint32_t, std::less<>> unwritten_;     // passes in a row whose records were not taken
  std::set<std::string, std::less<>> recount_;                      // whose next pass counts its tags again
  std::set<std::string, std::less<>> unread_;                       // whose deadlines the store did not tell
  std::set<std::string, std::less<>> loading_;                      // whose deadlines are being read, or will be
  std::deque<std::string> to_load_;                                 // those of them that wait
  std::size_t loads_ = 0;                                           // being read now
  std::size_t cycles_ = 0;
  std::size_t tasks_ = 0;
  std::optional<http::Timers::Id> timer_;
  Time pumped_{};  // all that was due by then and could start has started
  std::stop_source stop_;
  std::function<void()> stopped_;
};

// Of a canonical name.
std::string HostOf(std::string_view name);
// For whoever asked for something that a stop left undone.
Error StoppedError();

}  // namespace larder::refresh
