#include "larder/network.h"

#include <filesystem>
#include <future>
#include <thread>
#include <utility>

#include "registry/network_parts.h"

namespace larder {
namespace {

Result<void> CheckRate(const std::string& name, const HostRate& rate) {
  if (rate.rps > 0 && rate.burst >= 1) return {};
  return Fail(Errc::invalid_argument, "limits of " + name + ": the rate must be above 0 and the burst at least 1");
}

Result<void> Check(const NetworkOptions& options) {
  LARDER_RETURN_IF_ERROR(CheckRate("all hosts", options.limits.rate));
  for (const auto& [name, rate] : options.limits.hosts) LARDER_RETURN_IF_ERROR(CheckRate(name, rate));
  for (const auto& [name, host] : options.hosts) {
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

Network::Network(std::unique_ptr<Parts> parts) : parts_(std::move(parts)), thread_(std::make_unique<Thread>(*parts_)) {}

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

std::vector<HostStatus> Network::Hosts() {
  std::promise<std::vector<HostStatus>> told;
  std::future<std::vector<HostStatus>> hosts = told.get_future();
  parts_->loop().Post([this, &told] { told.set_value(parts_->limits().Report()); });
  return hosts.get();
}

}  // namespace larder
