// What the doctor looks at. Each check is a function of what it is given, so that tests can give it anything.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "console.h"
#include "larder/credential_source.h"
#include "larder/image_ref.h"
#include "larder/network.h"

namespace larder::tool {

struct Finding {
  enum class State : std::uint8_t { ok, warning, bad };
  std::string check;  // "store", "space", "credentials of ghcr.io"
  State state = State::ok;
  std::string what;
  std::string advice;  // "" where there is nothing to do
};
std::string_view StateName(Finding::State state);

// The directory of a store: whether it is there, who may read and write it, who writes it now, on what file system it
// lies.
std::vector<Finding> CheckDirectory(const std::filesystem::path& directory);

// Room on the disk that the path is on, or would be made on.
Finding CheckSpace(const std::filesystem::path& path);
// The same for that much room.
Finding JudgeSpace(std::uint64_t free_bytes, std::uint64_t disk_bytes);

// What opening the store for reading says, done in a child process. The repositories' names, one a host.
struct StoreLook {
  std::vector<Finding> findings;
  std::vector<ImageName> names;
};
StoreLook LookIntoStore(const std::string& url, Time now);
// `last_collect` is when a clock last stood in the store's marker; epoch: never.
Finding JudgeClock(Time now, Time last_collect);

// Whether a credential is found, and where; never what it is.
Finding CheckCredentials(CredentialSource& source, const ImageName& name, std::chrono::milliseconds patience);

struct Endpoint {
  std::string host;
  std::string port = "443";
};
// Where a registry is asked: Docker Hub's API host for its names; IPv6 in brackets is understood.
Endpoint EndpointOf(const std::string& registry);
Finding CheckDns(const Endpoint& endpoint);

struct TlsCheck {
  HostSettings host;                          // all but its proxy
  std::chrono::milliseconds patience{5'000};  // for connecting and for the handshake, each
  std::string plain_port = "80";              // where an insecure host is asked whose port 443 is closed
};
// Connects and shakes hands: whether the certificate is believed, is for that host, and for how long; whether the host
// asks for a certificate of ours. Of an insecure host only whether it speaks TLS, or
// listens for plain HTTP where it has no TLS.
Finding CheckTls(const Endpoint& endpoint, const TlsCheck& options, Time now);
// The variable that sets a proxy for HTTPS; "" where none is set.
std::string ProxyVariable(const Console& console);

}  // namespace larder::tool
