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

// "" where it is not set.
std::string Variable(const Environment& environment, std::string_view name);

}  // namespace larder
