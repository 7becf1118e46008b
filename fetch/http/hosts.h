// What is known and kept of each host: its options, its slots, what it showed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/session.h"
#include "http/slots.h"

namespace larder::http {

struct Host {
  Host(std::string host_name, HostOptions host_options)
      : name(std::move(host_name)), options(std::move(host_options)), slots(options.slots) {}
  const std::string name;  // "host" or "host:port"
  const HostOptions options;
  Slots slots;
  bool speaks_plain = false;  // an insecure host that answered plain HTTP where TLS did not start
};

// One thread. References to hosts stay good as long as the table.
class Hosts {
 public:
  explicit Hosts(const std::map<std::string, HostOptions>& configured);

  Host& For(std::string_view name);
  // The options of "host:port", else of "host", with what they leave out taken from "*". `name` in lower case.
  HostOptions OptionsFor(const std::string& name) const;

 private:
  std::map<std::string, HostOptions> configured_;  // names in lower case
  std::map<std::string, std::unique_ptr<Host>, std::less<>> hosts_;
};

// "host" of "host:port"; an IPv6 address keeps its brackets.
std::string WithoutPort(const std::string& name);

}  // namespace larder::http
