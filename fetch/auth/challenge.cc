#include "auth/challenge.h"
#include "http/ascii.h"

#include <algorithm>

namespace larder {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool IsKnownScheme(std::string_view lower) {
  static constexpr std::string_view kKnown[] = {"basic", "bearer", "digest", "negotiate", "ntlm"};
  return std::ranges::find(kKnown, lower) != std::end(kKnown);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Challenge> Parse() {
    while (SkipSeparators()) {
      const std::size_t before = at_;
      const std::string name = ReadName();
      if (name.empty()) {
        if (at_ == before) ++at_;  // a character that can begin nothing
        continue;
      }
      SkipSpaces();
      if (Peek() == '=') {
        ++at_;
        AddParameter(name, ReadValue());
      } else {
        AddScheme(name);
      }
    }
    return std::move(challenges_);
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipSpaces() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }
  // False at the end of the text.
  bool SkipSeparators() {
    while (at_ < text_.size() && (IsSpace(text_[at_]) || text_[at_] == ',')) ++at_;
    return at_ < text_.size();
  }

  std::string ReadName() {
    if (Peek() == '"') return ReadQuoted();
    const std::size_t begin = at_;
    while (at_ < text_.size() && !IsSpace(text_[at_]) && text_[at_] != ',' && text_[at_] != '=' && text_[at_] != '"')
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string ReadQuoted() {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && ++at_ == text_.size()) return value;
      value += text_[at_];
    }
    if (at_ < text_.size()) ++at_;
    return value;
  }

  // After '='. What directly follows a closing quote (`"a"b`) belongs to nothing and is passed over.
  std::string ReadValue() {
    SkipSpaces();
    if (Peek() == '"') {
      std::string value = ReadQuoted();
      while (at_ < text_.size() && !IsSpace(text_[at_]) && text_[at_] != ',') ++at_;
      return value;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && !IsSpace(text_[at_]) && text_[at_] != ',') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  void AddParameter(std::string_view name, std::string value) {
    if (challenges_.empty() || full_) return;
    auto& parameters = challenges_.back().parameters;
    if (parameters.size() < kMaxChallengeParameters) parameters.emplace_back(http::LowerCase(name), std::move(value));
  }

  // A name without '=' begins a challenge, unless it stands alone among the parameters of one (`..., valueless, ...`).
  // One opaque token may follow ("Negotiate YII="), which is passed over.
  void AddScheme(std::string_view name) {
    const bool alone = at_ == text_.size() || text_[at_] == ',';
    if (alone && !challenges_.empty() && !IsKnownScheme(http::LowerCase(name))) return;
    full_ = challenges_.size() >= kMaxChallenges;
    if (!full_) challenges_.push_back(Challenge{http::LowerCase(name), {}});
    const std::size_t begin = at_;
    std::size_t end = begin;
    while (end < text_.size() && !IsSpace(text_[end]) && text_[end] != ',' && text_[end] != '"' && text_[end] != '=')
      ++end;
    std::size_t after = end;
    while (after < text_.size() && text_[after] == '=') ++after;
    std::size_t next = after;
    while (next < text_.size() && IsSpace(text_[next])) ++next;
    if (end > begin && (next == text_.size() || text_[next] == ',')) at_ = after;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool full_ = false;
  std::vector<Challenge> challenges_;
};

}  // namespace

std::string_view Challenge::Find(std::string_view name) const {
  const auto found =
      std::ranges::find(parameters, name, [](const auto& parameter) -> const std::string& { return parameter.first; });
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Challenge::Scope() const {
  const std::string_view scope = Find("scope");
  return scope.empty() ? Find("scopes") : scope;
}

std::vector<Challenge> ParseChallenges(std::string_view header) { return Parser(header).Parse(); }

std::vector<Challenge> ParseChallenges(std::span<const std::string_view> headers) {
  std::vector<Challenge> all;
  for (const std::string_view header : headers) {
    for (Challenge& challenge : ParseChallenges(header)) {
      if (all.size() < kMaxChallenges) all.push_back(std::move(challenge));
    }
  }
  return all;
}

}  // namespace larder
