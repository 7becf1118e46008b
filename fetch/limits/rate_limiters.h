// The gate that every request passes: one limiter a host, first in first out, the priority lane first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "http/session.h"
#include "http/timers.h"
#include "larder/host_record.h"
#include "larder/image_ref.h"
#include "larder/limits.h"
#include "larder/log.h"
#include "larder/network.h"

namespace larder {

// Used on the loop's thread only. Hosts are "host" or "host:port" as in URLs; what one of them does delays no other.
class RateLimiters final : public http::Gate {
 public:
  // `timers` must outlive it. `log` gets one line for each change of state (a rate, a ban, a host that fell silent).
  RateLimiters(http::Timers& timers, LimitOptions options, Log log = {});
  // Whoever still waits gets `cancelled` before it returns.
  ~RateLimiters() override;

  std::optional<Result<http::Pass>> TryEnter(const std::string& host, http::Lane lane, http::Cost cost) override;
  http::Task<Result<http::Pass>> Enter(std::string host, http::Lane lane, http::Cost cost,
                                       std::stop_token stop) override;
  void Leave(const std::string& host, const http::Pass& pass, const http::Response* response,
             const Error* error) override;

  // A cycle of the repository, or of one on the host, went well: its rate may rise.
  void Succeed(const ImageName& name) { Recover(ApiHost(name)); }
  void Recover(std::string_view host);
  // What is asked for a repository of that name: "registry-1.docker.io" for Docker Hub's, else its registry.
  static std::string ApiHost(const ImageName& name);

  // Until when requests of that cost are refused; nullopt: they are not.
  std::optional<Time> BannedUntil(std::string_view host, http::Cost cost) const;
  // True where HEADs are worth more than GETs: pulls are counted (Docker Hub, or a budget was seen).
  bool CountsPulls(std::string_view host) const;
  bool HeadWorks(std::string_view host) const;
  void SetNoHead(std::string_view host, Time until);
  std::uint32_t PageSize(std::string_view host) const;  // 0: not learned
  void SetPageSize(std::string_view host, std::uint32_t page_size);

  // Calls `changed` whenever TakeChanged has something to give; an empty one ends that. One for each `who`.
  void Watch(const void* who, std::function<void()> changed);
  // Of every host that changed since the last call in a way that a restart should know of.
  std::vector<HostRecord> TakeChanged();
  // Of all hosts, for people and metrics.
  std::vector<HostStatus> Report() const;
  void Restore(const HostRecord& record);

 private:
  class Host;
  std::shared_ptr<Host> HostOf(std::string_view name);
  const Host* Find(std::string_view name) const;
  void Say(const std::string& line) const;
  void TellChange(const Host& host) const;

  http::Timers& timers_;
  LimitOptions options_;
  Log log_;
  std::map<std::string, std::shared_ptr<Host>, std::less<>> hosts_;
  std::map<const void*, std::function<void()>> watchers_;
};

}  // namespace larder
