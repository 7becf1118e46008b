// Certificates for tests: a private authority, and a server's and a client's certificate of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace larder::testing {

// PEM files that are there as long as this. The server's certificate is for localhost, 127.0.0.1, ::1 and the names
// given (names of hosts, or addresses).
class TestCerts {
 public:
  explicit TestCerts(const std::vector<std::string>& more_names = {});

  std::filesystem::path ca_file() const { return directory_ / "ca.pem"; }
  std::filesystem::path server_cert() const { return directory_ / "server.pem"; }
  std::filesystem::path server_key() const { return directory_ / "server.key"; }
  std::filesystem::path client_cert() const { return directory_ / "client.pem"; }
  std::filesystem::path client_key() const { return directory_ / "client.key"; }

 private:
  TempDir directory_;
};

}  // namespace larder::testing
