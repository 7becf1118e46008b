#include "images/tag_list.h"

#include <algorithm>
#include <utility>

namespace larder::bench {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view Trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(Trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<MadePlatforms> ParseArchitectures(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto names = Split(text, ',');
  MadePlatforms platforms;
  platforms.count = static_cast<std::uint8_t>(std::min(names.size(), MadePlatforms::kMost));
  platforms.windows = names.size() == 1 && names.front().starts_with("windows");
  return platforms;
}

Result<ListedTag> ParseColumns(std::string_view line) {
  const auto columns = Split(line, '\t');
  LARDER_ASSIGN_OR_RETURN(const auto name, ImageName::Parse(columns[0]));
  if (columns.size() < 2 || !IsValidTag(columns[1])) {
    return Fail(Errc::invalid_argument, "no tag after " + std::string(columns[0]) + ", but '" +
                                            std::string(columns.size() < 2 ? "" : columns[1]) + "'");
  }
  ListedTag listed;
  listed.name = name.Canonical();
  listed.tag = columns[1];
  if (columns.size() > 2) listed.group = columns[2];
  if (columns.size() > 3) listed.platforms = ParseArchitectures(columns[3]);
  return listed;
}

Result<ListedTag> ParseRef(std::string_view line) {
  LARDER_ASSIGN_OR_RETURN(const auto ref, ImageRef::Parse(line));
  ListedTag listed;
  listed.name = ref.name().Canonical();
  listed.tag = ref.TagOrLatest();
  if (listed.tag.empty()) return Fail(Errc::invalid_argument, std::string(line) + " has a digest and no tag");
  return listed;
}

bool NamesColumns(std::string_view line) {
  const auto columns = Split(line, '\t');
  return columns.size() > 1 && columns[0] == "repo" && columns[1] == "tag";
}

}  // namespace

Result<std::vector<ListedTag>> ParseTagList(std::string_view text) {
  std::vector<ListedTag> tags;
  std::size_t number = 0;
  for (std::string_view line : Split(text, '\n')) {
    ++number;
    const bool columns = line.find('\t') != std::string_view::npos;
    if (!columns) line = Trimmed(line.substr(0, line.find('#')));
    if (line.empty() || line.starts_with('#') || (tags.empty() && NamesColumns(line))) continue;
    auto tag = columns ? ParseColumns(line) : ParseRef(line);
    if (!tag.has_value()) {
      return std::unexpected<Error>(std::move(tag).error().WithContext("line " + std::to_string(number)));
    }
    tags.push_back(std::move(*tag));
  }
  if (tags.empty()) return Fail(Errc::invalid_argument, "no refs: one is wanted a line");
  return tags;
}

}  // namespace larder::bench
