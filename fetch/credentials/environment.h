// The environment as a value, so that tests have one of their own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace larder {

using Environment = std::map<std::string, std::string>;

// A copy of the process's own, as it is now.
std::shared_ptr<const Environment> ProcessEnvironment();

// `given`; the process's own where that is null.
std::shared_ptr<const Environment> OrProcess(std::shared_ptr<const Environment> given);

// "" where it is not set.
std::string Variable(const Environment& environment, std::string_view name);

// How messages name a path: "~/.docker/config.json" where it is below `home`.
std::string ShownPath(const std::string& path, const std::string& home);

}  // namespace larder
