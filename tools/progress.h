// One line on a terminal that says how far something is; nothing anywhere else.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "console.h"

namespace larder::tool {

// One thread. Drawn on standard error, at most ten times a second; Clear before other output.
class Progress {
 public:
  explicit Progress(const Console& console) : console_(console) {}
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(std::string_view what, std::size_t done, std::size_t total);
  // A line of text in its place.
  void Say(std::string_view text);
  void Clear();

 private:
  const Console& console_;
  std::chrono::steady_clock::time_point next_{};
  bool drawn_ = false;
};

}  // namespace larder::tool
