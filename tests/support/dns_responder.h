// A DNS server on loopback that answers as a test says.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/socket.h"

namespace larder::testing {

struct ServiceRecord {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;
};

// Answers SRV and A over UDP from its construction until it is destroyed. A name that it was not told of does not exist
// (NXDOMAIN); one without records of the type asked has an empty answer. Anything may be called from any thread.
class DnsResponder {
 public:
  DnsResponder();
  ~DnsResponder();

  std::uint16_t port() const { return port_; }

  void SetAddresses(std::string name, std::vector<std::string> ipv4);
  void SetServices(std::string name, std::vector<ServiceRecord> services);
  void Forget(const std::string& name);
  // Answers with that code (2: SERVFAIL, 3: NXDOMAIN, 5: REFUSED) whatever is asked; 0 ends it.
  void FailWith(std::uint8_t code);
  // Answers nothing.
  void SetSilent(bool silent);

  // Questions so far, those for one name among them.
  int queries() const;
  int queries(const std::string& name) const;

 private:
  struct Question;
  void Serve();
  std::string Reply(const Question& question) const;  // under mutex_

  Socket socket_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> addresses_;
  std::map<std::string, std::vector<ServiceRecord>> services_;
  std::uint8_t fail_with_ = 0;
  bool silent_ = false;
  std::map<std::string, int> queries_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace larder::testing
