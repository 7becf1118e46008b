#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "credentials/config_file.h"
#include "credentials/environment.h"
#include "credentials/helper.h"
#include "credentials/helper_thread.h"
#include "credentials/registry_key.h"
#include "larder/docker_config.h"

namespace larder {
namespace {

class DockerConfigSource final : public CredentialSource {
 public:
  DockerConfigSource(const DockerConfigOptions& options, std::shared_ptr<const Environment> environment)
      : log_(options.log),
        helpers_(std::make_shared<HelperThread>(environment, options.helper_timeout, options.helper_cache)) {
    const std::string home = Variable(*environment, "HOME");
    for (std::string& path : DockerConfigFiles(options)) files_.emplace_back(path, ShownPath(path, home));
  }

  void SetInline(DockerConfig config) { inline_ = std::move(config); }

  // Every file once; the first error.
  Result<void> Load() {
    const std::lock_guard lock(mutex_);
    for (ConfigFile& file : files_) LARDER_RETURN_IF_ERROR(Refresh(file));
    return {};
  }

  void CredentialFor(const ImageName& name, std::stop_token stop, Done done) override {
    std::optional<Credential> credential;
    std::vector<std::string> helpers;
    {
      const std::lock_guard lock(mutex_);
      credential = Find(name, helpers);
    }
    if (helpers.empty()) return done(std::move(credential));
    AskHelpers(helpers_, std::move(helpers), std::move(credential), HelperServer(name.Registry()), std::move(stop),
               std::move(done));
  }

 private:
  // What the files themselves say, and in `helpers` those that are to be asked before that counts. Of each config: its
  // helper for the host, its own entry, its store for all hosts.
  std::optional<Credential> Find(const ImageName& name, std::vector<std::string>& helpers) {
    if (auto found = FindIn(inline_, name, helpers)) return found;
    for (ConfigFile& file : files_) {
      if (const auto refreshed = Refresh(file); !refreshed && refreshed.error().code != Errc::not_found && log_) {
        log_(LogLevel::warning, refreshed.error().message);
      }
      if (auto found = FindIn(file.config(), name, helpers)) return found;
    }
    return std::nullopt;
  }

  static std::optional<Credential> FindIn(const DockerConfig& config, const ImageName& name,
                                          std::vector<std::string>& helpers) {
    const auto helper = config.helpers.find(NormalizeRegistryKey(name.Registry()).text);
    if (helper != config.helpers.end()) helpers.push_back(helper->second);
    if (auto credential = config.credentials.For(name)) return credential;
    if (helper == config.helpers.end() && !config.store.empty()) helpers.push_back(config.store);
    return std::nullopt;
  }

  Result<void> Refresh(ConfigFile& file) {
    std::vector<std::string> warnings;
    Result<void> refreshed = file.Refresh(warnings);
    for (const std::string& warning : warnings) {
      if (log_) log_(LogLevel::warning, warning);
    }
    return refreshed;
  }

  // Holds the helpers weakly: the source may be gone when one answers.
  static void AskHelpers(std::weak_ptr<HelperThread> thread, std::vector<std::string> helpers,
                         std::optional<Credential> otherwise, std::string server, std::stop_token stop, Done done) {
    const auto asked = thread.lock();
    if (asked == nullptr) return done(Fail(Errc::cancelled, "the credential helpers are stopped"));
    const std::string helper = helpers.front();
    helpers.erase(helpers.begin());
    const auto next = [thread, helpers = std::move(helpers), otherwise = std::move(otherwise), server, stop,
                       done](Answer answer) {
      if (!answer || *answer) return done(std::move(answer));
      if (helpers.empty()) return done(otherwise);
      AskHelpers(thread, helpers, otherwise, server, stop, done);
    };
    asked->Ask(helper, server, stop, next);
  }

  const Log log_;
  std::mutex mutex_;
  DockerConfig inline_;  // of DOCKER_AUTH_CONFIG
  std::vector<ConfigFile> files_;
  std::shared_ptr<HelperThread> helpers_;
};

}  // namespace

Result<std::shared_ptr<CredentialSource>> MakeDockerConfigSource(DockerConfigOptions options) {
  const std::shared_ptr<const Environment> environment = OrProcess(options.environment);
  options.environment = environment;
  auto source = std::make_shared<DockerConfigSource>(options, environment);
  if (!options.file.empty()) {
    LARDER_RETURN_IF_ERROR(source->Load());
    return source;
  }
  const std::string text = Variable(*environment, "DOCKER_AUTH_CONFIG");
  if (!text.empty()) {
    std::vector<std::string> warnings;
    LARDER_ASSIGN_OR_RETURN(DockerConfig config, ParseDockerConfig("DOCKER_AUTH_CONFIG", text, &warnings));
    for (const std::string& warning : warnings) {
      if (options.log) options.log(LogLevel::warning, warning);
    }
    source->SetInline(std::move(config));
  }
  return source;
}

}  // namespace larder
