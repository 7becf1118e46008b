// The machine that a run was made on.
#pragma once

#include <string>

namespace larder::bench {

// One line: processor, how many, memory, kernel, compiler.
std::string DescribeMachine();

}  // namespace larder::bench
