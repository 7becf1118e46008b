#include "app.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ostream>

#include "commands.h"
#include "version.h"

namespace larder::tool {
namespace {

constexpr std::string_view kAbout =
    "A self-refreshing cache of container-image metadata: which tags exist, what each points at, when it was built.";

constexpr std::string_view kFooter =
    "\nExit codes: 0 yes; 1 answered no, or incomplete; 2 the command line is wrong; 3 nothing could be answered.\n"
    "\nExamples:\n"
    "  larder refresh alpine ghcr.io/fluxcd/flux-cli   ask the registries for what is new\n"
    "  larder tags alpine --limit 5                    the newest five, from the store\n"
    "  larder get alpine:3.20 --json                   one image, for a program\n";

struct Parsed {
  Common common;
  bool quiet = false;
  int verbosity = 0;
};

void AddCommon(CLI::App& app, Parsed& parsed) {
  app.add_option("--store", parsed.common.store,
                 "Where the cache is, as a URL: lmdb:/path, rocksdb:/path, memcached://host:port/namespace, memory: "
                 "(default: lmdb: in larder under $XDG_CACHE_HOME)")
      ->envname("LARDER_STORE")
      ->take_last()
      ->type_name("URL");
  app.add_flag("--json", parsed.common.json, "Answer in JSON, for programs");
  app.add_flag("-q,--quiet", parsed.quiet, "No progress and no notes, errors only");
  app.add_flag("-v,--verbose", parsed.verbosity, "Say more on standard error; twice: every request");
}

}  // namespace

Exit Run(const std::vector<std::string>& arguments, const Console& console) {
  CLI::App app{std::string(kAbout), "larder"};
  app.footer(std::string(kFooter));
  app.set_version_flag("--version", std::string("larder ") + std::string(kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(30);
  Parsed parsed;
  AddCommon(app, parsed);
  auto commands = AddAll(app);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, *console.out, *console.err);
    return code == 0 ? Exit::yes : Exit::usage;
  }
  Console own = console;
  own.quiet = parsed.quiet;
  own.verbosity = parsed.verbosity;
  for (auto& entry : commands) {
    if (entry.app->parsed()) return entry.command->Run(own, parsed.common);
  }
  return Exit::usage;
}

}  // namespace larder::tool
