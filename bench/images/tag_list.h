// Tags from a file, for workloads over what somebody really has.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "images/made_image.h"

namespace larder::bench {

struct ListedTag {
  std::string name;  // canonical
  std::string tag;
  std::string group;  // tags of one repository with the same text share an image; "": alone
  std::optional<MadePlatforms> platforms = std::nullopt;
};

// A line is a ref ("ghcr.io/fluxcd/flux-cli:v2.3.0", without a tag "latest"), or has tabs between a repository, a tag
// and, where they are known, a group and its architectures ("amd64,arm64v8"); what follows them is ignored. A first
// line "repo<TAB>tag..." names the columns. Blank lines do not count, nor do lines that start with a #, nor what
// follows one in a line without tabs. Errors name the line.
Result<std::vector<ListedTag>> ParseTagList(std::string_view text);

}  // namespace larder::bench
