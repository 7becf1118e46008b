// Why a bar is not met: profiles and arithmetic, in words.
#pragma once

#include <string>
#include <vector>

#include "report/table.h"

namespace larder::bench {

struct Obstacle {
  std::vector<std::string> bars;  // first cells of rows of BarsOf
  std::string text;
  std::string command;  // counts it again; may be empty
};

// Of rows of BarsOf that say "not met": those known, with these rows alone; then one for each row of which none is
// known, in the order of the table.
std::vector<Obstacle> ObstaclesOf(const Table& bars);

}  // namespace larder::bench
