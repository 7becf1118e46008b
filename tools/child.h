// A part of a command in a process of its own, which may die of what it reads.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "larder/error.h"

namespace larder::tool {

// The child's end.
class Telling {
 public:
  explicit Telling(int fd) : fd_(fd) {}
  // One line; a line end within it becomes a space. False where nobody listens any more.
  bool Say(std::string_view line) const;
  // "error CODE MESSAGE".
  bool Say(const Error& error) const;

 private:
  int fd_;
};

struct ChildEnd {
  bool whole = false;  // `body` ran to its end
  int signal = 0;      // what killed it; 0 for another end
};

// Forks and runs `body` in the child, without its standard error and without a core file; gives each line it says to
// `hear` here. The child ends with this process. Call it while this process has one thread, or none that holds a lock
// that `body` needs.
Result<ChildEnd> RunInChild(const std::function<void(const Telling&)>& body,
                            const std::function<void(std::string_view line)>& hear);

}  // namespace larder::tool
