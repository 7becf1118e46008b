#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

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

constexpr std::chrono::milliseconds kHelperPatience{15'000};

class Doctor final : public Command {
 public:
  explicit Doctor(Options& options) {
    options.OptionalArguments("hosts", hosts_, "HOST",
                              "Registries to try (default: those of the store's repositories)");
    options.Flag("--offline", offline_, "Do not try names and connections");
    access_.AddOptions(options);
    options.Footer(
        "Looks at the store, who may read and write it, the room on its disk and the clock; and for each registry\n"
        "whether credentials are found (where, never what), its name resolves and its certificate is believed. "
        "Changes\n"
        "nothing, and asks registries nothing.\n"
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
    const auto authorities = access_.CaFiles();
    if (!authorities.has_value()) return Report(console, authorities.error());
    Credentials(console, names, findings);
    if (!offline_) Network(console, names, *authorities, findings);
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

  void Credentials(const Console& console, const std::vector<ImageName>& names, std::vector<Finding>& findings) const {
    auto warnings = std::make_shared<std::vector<std::string>>();
    auto source = MakeDockerConfigSource(
        access_.DockerConfig(console, [warnings](LogLevel, std::string_view line) { warnings->emplace_back(line); }));
    if (!source.has_value()) {
      findings.push_back({"credentials", Finding::State::bad, source.error().message, "check that file"});
      return;
    }
    for (const auto& name : names) findings.push_back(CheckCredentials(**source, name, kHelperPatience));
    for (const auto& warning : *warnings) findings.push_back({"credentials", Finding::State::warning, warning, {}});
  }

  static void Network(const Console& console, const std::vector<ImageName>& names,
                      const std::map<std::string, std::string>& authorities, std::vector<Finding>& findings) {
    if (const std::string proxy = ProxyVariable(console); !proxy.empty()) {
      findings.push_back(
          {"network", Finding::State::warning, proxy + " is set: registries are asked through a proxy",
           "names and certificates are not tried past it; larder get --fetch REF -vv shows each request"});
      return;
    }
    for (const auto& name : names) {
      const Endpoint endpoint = EndpointOf(name.Registry());
      findings.push_back(CheckDns(endpoint));
      if (findings.back().state == Finding::State::bad) continue;
      TlsCheck options;
      options.ca_file = CaFileFor(endpoint, authorities);
      findings.push_back(CheckTls(endpoint, options, console.now));
    }
  }

  // As the network finds what is set for a host: by name and port, by name, for all.
  static std::string CaFileFor(const Endpoint& endpoint, const std::map<std::string, std::string>& authorities) {
    const std::string host = endpoint.host.find(':') == std::string::npos ? endpoint.host : "[" + endpoint.host + "]";
    for (const auto& name : {host + ":" + endpoint.port, host, std::string("*")}) {
      if (const auto file = authorities.find(name); file != authorities.end() && !file->second.empty()) {
        return file->second;
      }
    }
    return {};
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
};

}  // namespace

std::unique_ptr<Command> MakeDoctor(Options& options) { return std::make_unique<Doctor>(options); }

}  // namespace larder::tool
