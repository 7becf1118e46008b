// Standard output that remembers why it could not be written.
#pragma once

#include <streambuf>
#include <vector>

#include "console.h"

namespace larder::tool {

// Writes to a file descriptor that it does not own. After an error nothing more is tried, and the stream over it is
// bad: commands of long answers look at that and end.
class OutputBuffer final : public std::streambuf {
 public:
  explicit OutputBuffer(int descriptor);
  OutputBuffer(const OutputBuffer&) = delete;
  OutputBuffer& operator=(const OutputBuffer&) = delete;
  int error() const { return error_; }  // errno; 0 where all is well

 protected:
  int_type overflow(int_type character) override;
  int sync() override;

 private:
  bool Write();
  int descriptor_;
  int error_ = 0;
  std::vector<char> buffer_;
};

// The exit of a command whose output ended with `error`: whoever closed a pipe has had what it wanted, and is told
// nothing; anything else is said on `err`, and nothing was answered.
Exit AfterOutput(Exit exit, int error, std::ostream& err);

}  // namespace larder::tool
