// The refresher itself, without threads: one object on one loop, driven by timers. Refresher gives it a real loop;
// tests give it a virtual clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "larder/refresher.h"
#include "refresh/collection.h"
#include "refresh/cycle.h"
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

 private:
  struct Wanted {
    RefreshRequest request;
    std::function<void(RefreshReport)> done;
  };

  void TakeImages(const std::vector<std::string>& came, const std::vector<std::string>& left);
  // Reads its stored deadlines into the schedule.
  void Load(const std::string& name);
  http::Task<void> LoadDues(std::string name);
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
  ImagesInUse images_;
  Collection collection_;
  std::string lease_owner_;
  Schedule schedule_;
  std::map<std::string, std::vector<Wanted>, std::less<>> wanted_;  // whole repositories, not begun
  std::map<std::string, std::size_t, std::less<>> running_;         // cycles by host
  std::map<std::string, Time, std::less<>> busy_;                   // repositories with a cycle, and since when due
  std::set<std::string, std::less<>> loading_;                      // whose deadlines are being read
  std::size_t cycles_ = 0;
  std::size_t tasks_ = 0;
  std::optional<http::Timers::Id> timer_;
  std::stop_source stop_;
  std::function<void()> stopped_;
};

}  // namespace larder::refresh
