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
#include <vector>

#include "larder/refresher.h"
#include "refresh/cycle.h"
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
  // `stopped` is called when nothing is in flight any more and all that was fetched is written.
  void Stop(std::function<void()> stopped);

  void RefreshNow(RefreshRequest request, std::function<void(RefreshReport)> done);
  void Prioritize(const ImageName& name);
  Refresher::Status GetStatus() const;

 private:
  // A repository that is refreshed, asked for, or both.
  struct Known {
    ImageName name;
    std::optional<Credentials> credentials;
  };
  struct Wanted {
    RefreshRequest request;
    std::function<void(RefreshReport)> done;
  };

  void AskSource();
  void TakeImages(std::vector<SourcedImage> images);
  http::Task<void> Load(std::string name);
  void Pump();
  void Arm();
  bool MayStart(std::string_view name) const;
  void StartDue(Schedule::Due due);
  void StartWanted(const std::string& name);
  http::Task<void> RunCycle(std::string name, CycleRequest request, std::vector<Wanted> waiting, bool urgent);
  http::Task<void> RunOne(Wanted wanted);
  http::Task<bool> Lease(std::string name);
  void AfterCycle(const std::string& name, const CycleRequest& request, const CycleReport& report);
  http::Task<Result<Credentials>> CredentialsFor(ImageName name, const std::vector<Wanted>& waiting);
  http::Task<Result<std::unique_ptr<Client>>> ClientFor(ImageName name, const std::vector<Wanted>& waiting,
                                                        Urgency urgency);
  void Spawn(http::Task<void> task);
  void MaybeStopped();

  http::Timers& timers_;
  Executor& executor_;
  ClientFactory& factory_;
  Store& store_;
  RefresherOptions options_;
  CycleOptions cycle_options_;
  FactsTable facts_;
  CycleParts parts_;
  std::string lease_owner_;
  Schedule schedule_;
  std::shared_ptr<ImageSource> source_;
  std::string source_error_;  // the last one logged
  std::map<std::string, Known, std::less<>> known_;
  std::map<std::string, std::vector<Wanted>, std::less<>> wanted_;  // whole repositories, not begun
  std::map<std::string, std::size_t, std::less<>> running_;         // cycles by host
  std::set<std::string, std::less<>> busy_;                         // repositories with a cycle
  std::set<std::string, std::less<>> loading_;                      // whose deadlines are being read
  std::size_t cycles_ = 0;
  std::size_t tasks_ = 0;
  std::optional<http::Timers::Id> timer_, source_timer_;
  std::stop_source stop_;
  std::function<void()> stopped_;
};

}  // namespace larder::refresh
