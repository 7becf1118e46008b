#include "clouds/aws_file.h"

#include <algorithm>

#include "http/ascii.h"

namespace larder {
namespace {

std::string_view NextLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "" for sections that are no profile's: "[sso-session x]", "[services x]".
std::string ProfileOf(std::string_view section) {
  section = http::Trim(section);
  const std::size_t blank = section.find_first_of(" \t");
  if (blank == std::string_view::npos) return std::string(section);
  if (section.substr(0, blank) != "profile") return {};
  std::string_view name = http::Trim(section.substr(blank));
  if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front()) {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

// A comment needs a blank before it: secrets hold '#' nowhere, but URLs and paths may.
std::string_view WithoutComment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    if ((value[i] == '#' || value[i] == ';') && http::IsBlank(value[i - 1])) return http::Trim(value.substr(0, i));
  }
  return value;
}

}  // namespace

AwsFile ParseAwsFile(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  AwsFile file;
  AwsProfile* profile = nullptr;
  while (!text.empty()) {
    const std::string_view line = NextLine(text);
    if (line.empty() || http::IsBlank(line.front()) || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const std::size_t end = line.find(']');
      const std::string name = end == std::string_view::npos ? std::string() : ProfileOf(line.substr(1, end - 1));
      profile = name.empty() ? nullptr : &file[name];
      continue;
    }
    const std::size_t equals = line.find('=');
    if (profile == nullptr || equals == std::string_view::npos) continue;
    const std::string name = http::LowerCase(http::Trim(line.substr(0, equals)));
    const std::string_view value = WithoutComment(http::Trim(line.substr(equals + 1)));
    if (!name.empty()) (*profile)[name] = value;
  }
  return file;
}

}  // namespace larder
