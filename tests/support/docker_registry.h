// A real registry for tests: Debian's docker-registry on a loopback port of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "larder/error.h"
#include "support/process.h"
#include "support/registry_content.h"
#include "support/temp_dir.h"

namespace larder::testing {

struct DockerRegistryOptions {
  // Basic authentication, where not empty: passwords by user.
  std::map<std::string, std::string> users;

  // HTTPS (with HTTP/2), where not empty: PEM files. With a client CA, clients need a certificate of it.
  std::filesystem::path certificate, key, client_ca;

  // Bearer tokens from a token server.
  struct Token {
    std::string realm;  // its URL
    std::string service;
    std::string issuer;
    std::filesystem::path root_certificate;  // PEM: who signs tokens
  };
  std::optional<Token> token;

  // Where its content is kept; a directory that goes with the server where empty.
  std::filesystem::path storage;
};

// Runs from Start until it is destroyed. One thread at a time.
class DockerRegistry {
 public:
  static Result<std::unique_ptr<DockerRegistry>> Start(DockerRegistryOptions options = {});

  std::uint16_t port() const { return port_; }
  std::string host() const;  // "127.0.0.1:port": the domain of image names
  std::string url() const;   // "http://127.0.0.1:port", or https
  // Writes to its storage, at once visible. (It lists tags in one page and in no
  // order, whatever a client asks for.)
  RegistryContent& content() { return content_; }

  // What it logged of requests, oldest first, since the start or ForgetRequests(). It logs after it has answered: to
  // be sure, say how many are `expected`; waits up to 5 seconds for so many. (CountingProxy counts before.)
  struct LoggedRequest {
    std::string method;
    std::string target;  // path and query
    int status = 0;
  };
  std::vector<LoggedRequest> Requests(std::size_t expected = 0) const;
  void ForgetRequests();

  Process& process() { return process_; }
  // Ends it where it runs and starts it again at the same port, with the same content.
  Result<void> Restart();

 private:
  DockerRegistry(DockerRegistryOptions options, std::unique_ptr<TempDir> directory);
  Result<void> WriteFiles() const;
  Result<void> Launch();

  DockerRegistryOptions options_;
  std::unique_ptr<TempDir> directory_;
  RegistryContent content_;
  std::uint16_t port_ = 0;
  std::size_t forgotten_ = 0;  // bytes of the log
  Process process_;
};

}  // namespace larder::testing
