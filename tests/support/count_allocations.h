// How often a thread allocates, for tests of "allocates nothing". Link `count_allocations`: it replaces operator new in
// the whole test program, so give such tests a program of their own where that matters.
#pragma once

#include <cstddef>

namespace larder::testing {

// Calls of any operator new by this thread so far.
std::size_t ThreadAllocations();

}  // namespace larder::testing
