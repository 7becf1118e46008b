#include "http/hosts.h"

#include <array>

#include "http/ascii.h"

namespace larder::http {

namespace {

void FillFrom(HostOptions& options, const HostOptions& general) {
  // A certificate and its key are one setting: without a key of its own the key is in the certificate's file.
  if (options.client_cert_file.empty()) {
    options.client_cert_file = general.client_cert_file;
    if (options.client_key_file.empty()) options.client_key_file = general.client_key_file;
  }
  constexpr std::array<std::string HostOptions::*, 3> kTexts = {&HostOptions::ca_file, &HostOptions::proxy,
                                                                &HostOptions::connect_to};
  for (const auto text : kTexts) {
    if ((options.*text).empty()) options.*text = general.*text;
  }
  if (options.slots <= 0) options.slots = general.slots;
}

}  // namespace

std::string WithoutPort(const std::string& name) {
  const std::size_t colon = name.rfind(':');
  if (colon == std::string::npos || name.find(']', colon) != std::string::npos) return name;
  return name.substr(0, colon);
}

Hosts::Hosts(const std::map<std::string, HostOptions>& configured) {
  for (const auto& [name, options] : configured) configured_.insert_or_assign(LowerCase(name), options);
}

HostOptions Hosts::OptionsFor(const std::string& name) const {
  HostOptions options;
  const auto general = configured_.find("*");
  auto found = configured_.find(name);
  if (found == configured_.end()) found = configured_.find(WithoutPort(name));
  if (found == configured_.end() && WithoutPort(name) == name) found = configured_.find(name + ":443");
  if (found != configured_.end()) {
    options = found->second;
    if (general != configured_.end()) FillFrom(options, general->second);
  } else if (general != configured_.end()) {
    options = general->second;
  }
  if (options.slots <= 0) options.slots = kDefaultSlots;
  return options;
}

Host& Hosts::For(std::string_view name) {
  const auto found = hosts_.find(name);
  if (found != hosts_.end()) return *found->second;
  const std::string lower = LowerCase(name);
  if (const auto known = hosts_.find(lower); known != hosts_.end()) return *known->second;
  auto host = std::make_unique<Host>(lower, OptionsFor(lower));
  return *hosts_.emplace(lower, std::move(host)).first->second;
}

}  // namespace larder::http
