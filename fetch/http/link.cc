#include "http/link.h"

#include <algorithm>
#include <cstdint>

#include "http/ascii.h"
#include "http/url.h"

namespace larder::http {

namespace {

// Reads one header value from left to right.
class LinkReader {
 public:
  explicit LinkReader(std::string_view value) : whole_(value), rest_(value) {}

  Result<std::vector<Link>> Read() {
    std::vector<Link> links;
    for (;;) {
      while (!rest_.empty() && (IsBlank(rest_.front()) || rest_.front() == ',')) rest_.remove_prefix(1);
      if (rest_.empty()) return links;
      LARDER_ASSIGN_OR_RETURN(Link link, ReadLink());
      links.push_back(std::move(link));
    }
  }

 private:
  std::unexpected<Error> Malformed(std::string_view why) const {
    std::string message = "Link header \"";
    message += EscapeUnsafe(whole_.substr(0, 100));
    message += "\" cannot be read: ";
    message += why;
    return Fail(Errc::invalid_argument, std::move(message));
  }

  void SkipBlanks() {
    while (!rest_.empty() && IsBlank(rest_.front())) rest_.remove_prefix(1);
  }

  Result<Link> ReadLink() {
    if (rest_.front() != '<') return Malformed("a link begins with \"<\"");
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) return Malformed("no \">\" after the target");
    Link link;
    link.target = Trim(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    bool has_rel = false;
    for (SkipBlanks(); !rest_.empty() && rest_.front() != ','; SkipBlanks()) {
      if (rest_.front() != ';') return Malformed("neither \";\" nor \",\" after a target or parameter");
      rest_.remove_prefix(1);
      const auto [name, value] = ReadParameter();
      // Of several only the first counts.
      if (!SameIgnoringCase(name, "rel") || has_rel) continue;
      has_rel = true;
      link.rels = SplitRels(value);
    }
    return link;
  }

  struct Parameter {
    std::string name, value;
  };

  Parameter ReadParameter() {
    SkipBlanks();
    Parameter parameter;
    const std::size_t end = std::min(rest_.find_first_of("=;, \t"), rest_.size());
    parameter.name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    SkipBlanks();
    if (rest_.empty() || rest_.front() != '=') return parameter;
    rest_.remove_prefix(1);
    SkipBlanks();
    parameter.value = ReadValue();
    return parameter;
  }

  // A token, or a quoted string to its closing quote or to the end.
  std::string ReadValue() {
    if (rest_.starts_with("\\\"")) rest_.remove_prefix(1);
    if (!rest_.starts_with('"')) {
      const std::size_t end = std::min(rest_.find_first_of(";, \t"), rest_.size());
      std::string token(rest_.substr(0, end));
      rest_.remove_prefix(end);
      return token;
    }
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      // A quote that is escaped and yet the last thing of the parameter closes it.
      if (rest_.front() == '\\' && rest_.size() > 1 && !(rest_[1] == '"' && Ends(rest_.substr(2)))) {
        rest_.remove_prefix(1);
      } else if (rest_.front() == '\\') {
        rest_.remove_prefix(1);
        continue;
      }
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!rest_.empty()) rest_.remove_prefix(1);
    return text;
  }

  static bool Ends(std::string_view rest) {
    rest = Trim(rest);
    return rest.empty() || rest.front() == ';' || rest.front() == ',';
  }

  static std::vector<std::string> SplitRels(std::string_view value) {
    std::vector<std::string> rels;
    while (!value.empty()) {
      const std::size_t end = std::min(value.find_first_of(" \t"), value.size());
      if (end > 0) rels.push_back(LowerCase(value.substr(0, end)));
      value.remove_prefix(std::min(end + 1, value.size()));
    }
    return rels;
  }

  const std::string_view whole_;
  std::string_view rest_;
};

// "x/tags/list?last=b" in a page at ".../x/tags/list": what is meant is that path.
bool IsTailOf(std::string_view reference, const Url& page) {
  const std::string_view path = reference.substr(0, reference.find('?'));
  if (path.empty() || path.front() == '/') return false;
  return page.path.size() > path.size() && page.path.ends_with(path) &&
         page.path[page.path.size() - path.size() - 1] == '/';
}

// Whether the target writes a port of its own, which the parsed form no longer tells.
bool WritesPort(std::string_view target) {
  const std::size_t start = target.find("//");
  if (start == std::string_view::npos) return false;
  const std::string_view after = target.substr(start + 2);
  const std::string_view authority = after.substr(0, after.find_first_of("/?#"));
  const std::size_t colon = authority.rfind(':');
  return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

Result<Url> ResolveNext(const std::string& target, const Url& page) {
  if (IsTailOf(target, page)) {
    const std::size_t mark = target.find('?');
    return page.Resolve(page.path + (mark == std::string::npos ? "" : target.substr(mark)));
  }
  LARDER_ASSIGN_OR_RETURN(Url next, page.Resolve(target));
  if (next.SameOrigin(page)) return next;
  const bool same_server = next.host == page.host && (next.port == page.port || !WritesPort(target));
  if (!same_server) {
    return Fail(Errc::permission_denied, page.Redacted() + ": the next page is said to be on another server, " +
                                             next.Origin() + "; pages are followed on their own server only");
  }
  next.scheme = page.scheme;
  next.port = page.port;
  return next;
}

}  // namespace

Result<std::vector<Link>> ParseLinks(std::string_view value) { return LinkReader(value).Read(); }

Result<std::optional<std::string>> NextPage(const std::vector<std::string_view>& link_headers,
                                            std::string_view page_url) {
  for (const std::string_view value : link_headers) {
    LARDER_ASSIGN_OR_RETURN(const std::vector<Link> links, ParseLinks(value));
    for (const Link& link : links) {
      if (std::ranges::find(link.rels, "next") == link.rels.end()) continue;
      LARDER_ASSIGN_OR_RETURN(const Url page, Url::Parse(page_url));
      LARDER_ASSIGN_OR_RETURN(const Url next, ResolveNext(link.target, page));
      return next.ToString();
    }
  }
  return std::nullopt;
}

}  // namespace larder::http
