// Limits and manners of the texts themselves.
#pragma once

#include "layout/tree.h"

namespace larder::layout {

// 300 lines are wanted; beyond this many a source has to be split.
inline constexpr std::size_t kMaxLines = 400;
Problems LongSources(const Tree& tree);

// Reminders of unfinished work, and paths that exist on one person's machine only.
Problems BannedWords(const Tree& tree);

// Sources are named snake_case; headers start with #pragma once after their comment.
Problems WrongNames(const Tree& tree);

// Public headers open their namespace with LARDER_API (larder/api.h), or a shared build hides what they declare. Those
// of samples, which is never shared, need not.
Problems HiddenHeaders(const Tree& tree);

// Links of pages (.md) lead to files of the tree, and to headings that are there.
Problems DeadLinks(const Tree& tree);

// What pages name is there: headers (larder/x.h; those of my_* are made up), in docs/coming-from-flux.md what stands in
// the second column and looks like a declaration, and the series of metrics, of which docs/running.md has every one.
Problems DeadNames(const Tree& tree);

}  // namespace larder::layout
