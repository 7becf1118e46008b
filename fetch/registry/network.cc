#include "larder/network.h"

#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "registry/network_parts.h"

namespace larder {
namespace {

constexpr std::chrono::milliseconds kShortestTimeout{10};
constexpr std::chrono::hours kLongestTimeout{1};

Result<void> CheckRate(const std::string& name, const HostRate& rate) {
  if (rate.rps > 0 && rate.burst >= 1) return {};
  return Fail(Errc::invalid_argument, "limits of " + name + ": the rate must be above 0 and the burst at least 1");
}

Result<void> CheckTimeout(const std::string& of, std::chrono::milliseconds timeout) {
  if (timeout >= kShortestTimeout && timeout <= kLongestTimeout) return {};
  return Fail(Errc::invalid_argument,
              "the timeout of " + of + " is " + std::to_string(timeout.count()) + " ms; it must be 10 ms to 1 h");
}

bool HasPort(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) return false;
  return address.find_first_not_of("0123456789", colon + 1) == std::string::npos;
}

Result<void> Check(const NetworkOptions& options) {
  LARDER_RETURN_IF_ERROR(CheckRate("all hosts", options.limits.rate));
  for (const auto& [name, rate] : options.limits.hosts) LARDER_RETURN_IF_ERROR(CheckRate(name, rate));
  LARDER_RETURN_IF_ERROR(CheckTimeout("a request", options.request_timeout));
  LARDER_RETURN_IF_ERROR(CheckTimeout("connecting", options.connect_timeout));
  for (const auto& [name, host] : options.hosts) {
    if (!host.connect_to.empty() && !HasPort(host.connect_to)) {
      return Fail(Errc::invalid_argument, "settings of host " + name + ": connections cannot go to " + host.connect_to +
                                              "; it is ADDRESS:PORT");
    }
    for (const std::string& file : {host.ca_file, host.client_cert_file, host.client_key_file}) {
      std::error_code error;
      if (file.empty() || std::filesystem::is_regular_file(file, error)) continue;
      return Fail(Errc::invalid_argument, "settings of host " + name + ": there is no file " + file);
    }
  }
  return {};
}

}  // namespace

class Network::Thread {
 public:
  explicit Thread(Parts& parts)
      : parts_(parts), thread_([&parts] {
          parts.Adopt();
          parts.loop().Run();
          parts.Close();
        }) {}
  ~Thread() {
    parts_.loop().Stop();
    thread_.join();
  }

 private:
  Parts& parts_;
  std::thread thread_;
};

// Of the hosts, what the loop said last.
struct Network::Told {
  std::mutex mutex;
  std::condition_variable answer;
  bool asked = false;  // and not answered yet
  std::uint64_t answers = 0;
  std::vector<HostStatus> hosts;
};

Network::Network(std::unique_ptr<Parts> parts)
    : told_(std::make_shared<Told>()), parts_(std::move(parts)), thread_(std::make_unique<Thread>(*parts_)) {}

Network::~Network() = default;

Result<std::unique_ptr<Network>> Network::Start(NetworkOptions options) {
  LARDER_RETURN_IF_ERROR(Check(options));
  auto parts = std::make_unique<Parts>(std::move(options));
  // This thread is not the loop's, whatever it does before the other one runs.
  parts->Leave();
  return std::unique_ptr<Network>(new Network(std::move(parts)));
}

void Network::Post(std::function<void()> fn) { parts_->loop().Post(std::move(fn)); }

Network::Counters Network::Count() {
  std::promise<Counters> counted;
  std::future<Counters> counters = counted.get_future();
  parts_->loop().Post(
      [this, &counted] { counted.set_value(Counters{parts_->session().requests(), parts_->session().connections()}); });
  return counters.get();
}

std::vector<HostStatus> Network::Hosts(std::chrono::milliseconds patience) {
  std::unique_lock lock(told_->mutex);
  const std::uint64_t before = told_->answers;
  // A question that waits for the loop already is answered during this call too.
  if (!std::exchange(told_->asked, true)) {
    parts_->loop().Post([told = told_, &limits = parts_->limits()] {
      auto hosts = limits.Report();
      {
        const std::lock_guard guard(told->mutex);
        told->hosts = std::move(hosts);
        told->asked = false;
        ++told->answers;
      }
      told->answer.notify_all();
    });
  }
  told_->answer.wait_for(lock, patience, [&] { return told_->answers != before; });
  return told_->hosts;
}

}  // namespace larder
