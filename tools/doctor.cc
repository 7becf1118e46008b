#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "cloud_access.h"
#include "commands.h"
#include "doctor_checks.h"
#include "failure.h"
#include "host_access.h"
#include "image_json.h"
#include "larder/check_files.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

// A helper has 10 s; a cloud's keys and token take a few requests.
constexpr std::chrono::milliseconds kCredentialPatience{40'000};

// From any thread.
class Warnings {
 public:
  void Add(std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  std::vector<std::string> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

Finding CheckEcr(EcrSource& ecr) {
  const auto found = ecr.PreflightNow();
  if (!found.has_value()) {
    return {"ecr", Finding::State::bad, found.error().message,
            "give AWS keys and a region; docs/credentials.md has where"};
  }
  std::string what = "asked with the keys of " + found->keys_from + ", for images of";
  for (const auto& region : found->regions) what += " " + region;
  return {"ecr", Finding::State::ok, what, {}};
}

class Doctor final : public Command {
 public:
  explicit Doctor(Options& options) {
    options.OptionalArguments("hosts", hosts_, "HOST",
                              "Registries to try (default: those of the store's repositories)");
    options.Flag("--offline", offline_, "Do not try names and connections");
    options.Group("Asking registries");
    access_.AddOptions(options);
    clouds_.AddOptions(options);
    options.Settings();
    options.Footer(
        "Looks at the store, who may read and write it, the room on its disk and the clock; and for each registry\n"
        "whether credentials are found (where, never what; of a cloud's registry, by asking the cloud), its name "
        "resolves\n"
        "and its certificate is believed. Changes nothing, and asks registries nothing.\n"
        "Exit code 1: something is bad.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto url = StoreUrlOf(console, common);
    if (!url.has_value()) return Report(console, url.error());
    std::vector<Finding> findings;
    std::vector<ImageName> names;
    if (auto looked = Store(console, *url, findings, names); !looked.has_value())
      return Report(console, looked.error());
    if (!hosts_.empty()) names.clear();
    for (const auto& host : hosts_) {
      auto name = ImageName::Parse(host + "/x/x");
      if (!name.has_value()) return Report(console, name.error());
      if (name->domain().empty()) {
        return Report(console,
                      Error{Errc::invalid_argument, host + " names no host: it has a dot, a port, or is localhost"});
      }
      names.push_back(std::move(*name));
    }
    const auto settings = access_.Hosts();
    if (!settings.has_value()) return Report(console, settings.error());
    if (auto found = Credentials(console, names, *settings, findings); !found.has_value()) {
      return Report(console, found.error());
    }
    if (!offline_) Network(console, names, *settings, findings);
    common.json ? PrintJson(console, findings) : Print(console, findings);
    const bool bad = std::ranges::any_of(findings, [](const auto& f) { return f.state == Finding::State::bad; });
    return bad ? Exit::no : Exit::yes;
  }

 private:
  static Result<void> Store(const Console& console, const std::string& url, std::vector<Finding>& findings,
                            std::vector<ImageName>& names) {
    LARDER_ASSIGN_OR_RETURN(const auto directory, StoreDirectory(url));
    if (directory.has_value()) {
      findings = CheckDirectory(*directory);
      findings.push_back(CheckSpace(*directory));
    }
    StoreLook look = LookIntoStore(url, console.now);
    findings.insert(findings.begin(), look.findings.begin(), look.findings.end());
    names = std::move(look.names);
    return {};
  }

  // An error where the command line names what cannot be used.
  Result<void> Credentials(const Console& console, const std::vector<ImageName>& names,
                           const std::map<std::string, HostSettings>& hosts, std::vector<Finding>& findings) const {
    const auto warnings = std::make_shared<Warnings>();
    const Log log = [warnings](LogLevel level, std::string_view line) {
      if (level >= LogLevel::warning) warnings->Add(line);
    };
    DockerConfigOptions docker = access_.DockerConfig(console, log);
    const auto environment = docker.environment;
    auto configured = MakeDockerConfigSource(std::move(docker));
    if (!configured.has_value()) {
      findings.push_back({"credentials", Finding::State::bad, configured.error().message, "check that file"});
      return {};
    }
    std::unique_ptr<larder::Network> network;
    CloudSources sources;
    sources.all = *configured;
    if (!offline_) {
      NetworkOptions options;
      options.hosts = hosts;
      LARDER_ASSIGN_OR_RETURN(network, larder::Network::Start(std::move(options)));
      LARDER_ASSIGN_OR_RETURN(sources, MakeCloudSources(*network, clouds_.Settings(environment, log), *configured));
      if (clouds_.RequiresEcr()) findings.push_back(CheckEcr(*sources.ecr));
    }
    for (const auto& name : names) findings.push_back(CheckCredentials(*sources.all, name, kCredentialPatience));
    for (const auto& warning : warnings->Take()) {
      findings.push_back({"credentials", Finding::State::warning, warning, {}});
    }
    return {};
  }

  static void Network(const Console& console, const std::vector<ImageName>& names,
                      const std::map<std::string, HostSettings>& hosts, std::vector<Finding>& findings) {
    constexpr const char* kAdvice =
        "names and certificates are not tried past it; larder get --fetch REF -vv shows each request";
    const std::string variable = ProxyVariable(console);
    bool told = false;
    for (const auto& name : names) {
      const Endpoint endpoint = EndpointOf(name.Registry());
      const bool is_v6 = endpoint.host.find(':') != std::string::npos;
      TlsCheck check;
      check.host = SettingsFor(hosts, is_v6 ? "[" + endpoint.host + "]" : endpoint.host, endpoint.port);
      if (!check.host.proxy.empty() && check.host.proxy != "none") {
        findings.push_back({"network of " + name.Registry(), Finding::State::warning,
                            "it is asked through a proxy, as --host-proxy says", kAdvice});
        continue;
      }
      if (check.host.proxy.empty() && !variable.empty()) {
        if (!std::exchange(told, true)) {
          findings.push_back({"network", Finding::State::warning,
                              variable + " is set: registries are asked through a proxy", kAdvice});
        }
        continue;
      }
      if (check.host.connect_to.empty()) {
        findings.push_back(CheckDns(endpoint));
        if (findings.back().state == Finding::State::bad) continue;
      }
      findings.push_back(CheckTls(endpoint, check, console.now));
    }
  }

  static std::string Colored(const Console& console, Finding::State state) {
    std::string name(StateName(state));
    if (!console.color) return name;
    constexpr const char* kColors[] = {"\033[32m", "\033[33m", "\033[31m"};
    return kColors[static_cast<std::size_t>(state)] + name + "\033[0m";
  }

  static void Print(const Console& console, const std::vector<Finding>& findings) {
    std::size_t width = 0;
    for (const auto& finding : findings) width = std::max(width, finding.check.size());
    for (const auto& finding : findings) {
      if (console.quiet && finding.state == Finding::State::ok) continue;
      const std::string pad(7 - StateName(finding.state).size(), ' ');
      *console.out << Colored(console, finding.state) << pad << "  " << finding.check
                   << std::string(width - finding.check.size(), ' ') << "  " << finding.what << '\n';
      if (!finding.advice.empty()) *console.out << std::string(9, ' ') << finding.advice << '\n';
    }
  }

  static void PrintJson(const Console& console, const std::vector<Finding>& findings) {
    Json all = Json::array();
    for (const auto& finding : findings) {
      Json one;
      one["Check"] = finding.check;
      one["State"] = StateName(finding.state);
      one["What"] = finding.what;
      if (!finding.advice.empty()) one["Do"] = finding.advice;
      all.push_back(std::move(one));
    }
    *console.out << Pretty(all);
  }

  std::vector<std::string> hosts_;
  bool offline_ = false;
  HostAccess access_;
  CloudAccess clouds_;
};

}  // namespace

std::unique_ptr<Command> MakeDoctor(Options& options) { return std::make_unique<Doctor>(options); }

}  // namespace larder::tool
