#include "report/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "report/table.h"

namespace larder::bench {
namespace {

#ifdef __clang__
const std::string kCompiler;  // __VERSION__ names it
#else
const std::string kCompiler = "g++";
#endif

std::string Processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "an unknown processor";
}

}  // namespace

std::string DescribeMachine() {
  utsname system{};
  uname(&system);
  const double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return Processor() + ", " + std::to_string(std::thread::hardware_concurrency()) + " processors, " +
         FormatFixed(bytes / (1 << 30), 0) + " GiB of memory, " + system.sysname + " " + system.release + ", " +
         kCompiler + " " + __VERSION__;
}

}  // namespace larder::bench
