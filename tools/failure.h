// How a command says that something went wrong: one line with what, where, and what to do.
#pragma once

#include <string_view>

#include "console.h"
#include "larder/error.h"

namespace larder::tool {

// Prints "larder: <message>" and, where there is one, "  <advice>". Returns the exit code of the error's kind.
Exit Report(const Console& console, const Error& error, std::string_view advice = {});
Exit CodeOf(const Error& error);
// What a person can do about such an error; "" where the message says it all.
std::string_view AdviceFor(const Error& error);

}  // namespace larder::tool
