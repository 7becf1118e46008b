#include "support/docker_registry.h"

#include <crypt.h>

#include <chrono>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>
#include <utility>

#include "support/servers.h"

namespace larder::testing {
namespace {

// A line of an htpasswd file. The lowest cost that bcrypt has: a test's password guards nothing.
Result<std::string> HtpasswdLine(const std::string& user, const std::string& password) {
  constexpr unsigned long kCost = 4;
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  if (::crypt_gensalt_rn("$2y$", kCost, nullptr, 0, salt, sizeof salt) == nullptr) {
    return Fail(Errc::unsupported, "libcrypt makes no bcrypt salt");
  }
  const auto work = std::make_unique<crypt_data>();
  const char* hash = ::crypt_rn(password.c_str(), salt, work.get(), sizeof *work);
  if (hash == nullptr) return Fail(Errc::unsupported, "libcrypt knows no bcrypt");
  return user + ":" + hash + "\n";
}

std::string Quoted(const std::filesystem::path& path) { return "\"" + path.string() + "\""; }

std::string Config(const DockerRegistryOptions& options, const std::filesystem::path& htpasswd, std::uint16_t port) {
  std::ostringstream yaml;
  yaml << "version: 0.1\n"
          "log: {level: warn, accesslog: {disabled: false}}\n"
          "storage:\n"
          "  filesystem: {rootdirectory: "
       << Quoted(options.storage)
       << "}\n"
          "  delete: {enabled: true}\n"
          "  maintenance: {uploadpurging: {enabled: false}}\n"
          "compatibility: {schema1: {enabled: true}}\n"
          "http:\n"
          "  addr: 127.0.0.1:"
       << port << "\n  secret: larder\n";
  if (!options.certificate.empty()) {
    yaml << "  tls: {certificate: " << Quoted(options.certificate) << ", key: " << Quoted(options.key);
    if (!options.client_ca.empty()) yaml << ", clientcas: [" << Quoted(options.client_ca) << "]";
    yaml << "}\n";
  }
  if (!options.users.empty()) {
    yaml << "auth: {htpasswd: {realm: larder, path: " << Quoted(htpasswd) << "}}\n";
  } else if (options.token.has_value()) {
    yaml << "auth: {token: {realm: " << Quoted(options.token->realm) << ", service: " << Quoted(options.token->service)
         << ", issuer: " << Quoted(options.token->issuer)
         << ", rootcertbundle: " << Quoted(options.token->root_certificate) << "}}\n";
  }
  return std::move(yaml).str();
}

Result<void> WriteText(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Fail(Errc::unavailable, "cannot write " + path.string());
  return {};
}

DockerRegistryOptions WithStorage(DockerRegistryOptions options, const std::filesystem::path& directory) {
  if (options.storage.empty()) options.storage = directory / "storage";
  return options;
}

}  // namespace

DockerRegistry::DockerRegistry(DockerRegistryOptions options, std::unique_ptr<TempDir> directory)
    : options_(WithStorage(std::move(options), directory->path())),
      directory_(std::move(directory)),
      content_(options_.storage) {}

Result<std::unique_ptr<DockerRegistry>> DockerRegistry::Start(DockerRegistryOptions options) {
  std::unique_ptr<DockerRegistry> registry(new DockerRegistry(std::move(options), std::make_unique<TempDir>()));
  LARDER_RETURN_IF_ERROR(registry->WriteFiles());
  LARDER_RETURN_IF_ERROR(registry->Launch());
  return registry;
}

Result<void> DockerRegistry::WriteFiles() const {
  std::string htpasswd;
  for (const auto& [user, password] : options_.users) {
    LARDER_ASSIGN_OR_RETURN(const std::string line, HtpasswdLine(user, password));
    htpasswd += line;
  }
  return WriteText(*directory_ / "htpasswd", htpasswd);
}

Result<void> DockerRegistry::Launch() {
  const std::filesystem::path config = *directory_ / "config.yml";
  LARDER_RETURN_IF_ERROR(WriteText(config, Config(options_, *directory_ / "htpasswd", port_)));
  LARDER_ASSIGN_OR_RETURN(
      process_, Process::Start({.command = {ServerProgram("docker-registry").string(), "serve", config.string()},
                                .environment = {},
                                .output = *directory_ / "log"}));
  LARDER_ASSIGN_OR_RETURN(port_, WaitForPort(process_));
  return {};
}

std::string DockerRegistry::host() const { return "127.0.0.1:" + std::to_string(port_); }

std::string DockerRegistry::url() const { return (options_.certificate.empty() ? "http://" : "https://") + host(); }

std::vector<DockerRegistry::LoggedRequest> DockerRegistry::Requests(std::size_t expected) const {
  // 127.0.0.1 - user [date] "GET /v2/ HTTP/1.1" 200 2 "referer" "agent"
  static const std::regex kLine(R"re(\] "([A-Z]+) ([^ ]+) HTTP/[0-9.]+" ([0-9]{3}) )re");
  constexpr std::chrono::seconds kPatience{5};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::vector<LoggedRequest> requests;
  do {
    requests.clear();
    std::istringstream log(process_.ReadOutput().substr(forgotten_));
    for (std::string line; std::getline(log, line);) {
      std::smatch match;
      if (std::regex_search(line, match, kLine)) requests.push_back({match[1], match[2], std::stoi(match[3])});
    }
    if (requests.size() >= expected) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  } while (std::chrono::steady_clock::now() < deadline);
  return requests;
}

void DockerRegistry::ForgetRequests() { forgotten_ = process_.ReadOutput().size(); }

Result<void> DockerRegistry::Restart() {
  process_.Kill();
  return Launch();
}

}  // namespace larder::testing
