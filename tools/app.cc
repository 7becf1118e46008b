#include "app.h"

#include "command_line.h"
#include "commands.h"
#include "version.h"

namespace larder::tool {
namespace {

constexpr const char* kAbout =
    "A self-refreshing cache of container-image metadata: which tags exist, what each points at, when it was built.";

constexpr const char* kFooter =
    "Exit codes: 0 yes; 1 answered no, or incomplete; 2 the command line is wrong; 3 nothing could be answered.\n"
    "\nExamples:\n"
    "  larder refresh alpine ghcr.io/fluxcd/flux-cli   ask the registries for what is new\n"
    "  larder tags alpine --limit 5                    the newest five, from the store\n"
    "  larder get alpine:3.20 --json                   one image, for a program\n";

// The command line of the tool, with what its options are bound to.
class Tool {
 public:
  Tool() : line_("larder", kAbout, kFooter, "larder " + std::string(kVersion)) {
    Options& options = line_.common();
    options.Value("--store", common_.store, "URL",
                  "Where the cache is, as a URL: lmdb:/path, rocksdb:/path, memcached://host:port/namespace, memory: "
                  "(default: lmdb: in larder under $XDG_CACHE_HOME)");
    options.FromEnvironment("--store", "LARDER_STORE");
    options.Flag("--json", common_.json, "Answer in JSON, for programs");
    options.Flag("-q,--quiet", quiet_, "No progress and no notes, errors only");
    options.Count("-v,--verbose", verbosity_, "Say more on standard error; twice: every request");
    for (const auto& entry : Commands()) {
      commands_.push_back(
          entry.make(line_.Add(std::string(entry.name), std::string(entry.group), std::string(entry.summary))));
    }
  }

  Exit Run(const std::vector<std::string>& arguments, const Console& console) {
    const auto outcome = line_.Parse(arguments, console);
    if (outcome.exit.has_value()) return *outcome.exit;
    Console own = console;
    own.quiet = quiet_;
    own.verbosity = verbosity_;
    return commands_[outcome.command]->Run(own, common_);
  }

  DescribedTool Described() const { return line_.Described(); }

 private:
  CommandLine line_;
  Common common_;
  bool quiet_ = false;
  int verbosity_ = 0;
  std::vector<std::unique_ptr<Command>> commands_;
};

}  // namespace

Exit Run(const std::vector<std::string>& arguments, const Console& console) { return Tool().Run(arguments, console); }

DescribedTool Described() { return Tool().Described(); }

}  // namespace larder::tool
