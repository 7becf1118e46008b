#include "layout/tokens.h"

#include <algorithm>
#include <cctype>

namespace larder::layout {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : rest_(source) {}

  std::vector<Token> Run() {
    while (!rest_.empty()) Step();
    return std::move(tokens_);
  }

 private:
  void Step() {
    const char c = rest_.front();
    if (c == '\n') fresh_line_ = true;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) return Skip(1);
    if (rest_.starts_with("//")) return Skip(rest_.find('\n'));
    if (rest_.starts_with("/*")) return SkipPast("*/", 2);
    if (c == '#' && fresh_line_) return SkipDirective();
    fresh_line_ = false;
    if (rest_.starts_with("R\"")) return SkipRawString();
    if (c == '"' || c == '\'') return SkipQuoted(c);
    if (IsWord(c)) return Take(WordLength(), std::isdigit(static_cast<unsigned char>(c)) != 0 ? "0" : "");
    const bool pair = rest_.starts_with("::") || rest_.starts_with("->");
    Take(pair ? 2 : 1, "");
  }

  // Digits may hold ' between them.
  std::size_t WordLength() const {
    const bool number = std::isdigit(static_cast<unsigned char>(rest_.front())) != 0;
    std::size_t length = 1;
    while (length < rest_.size() && (IsWord(rest_[length]) || (number && rest_[length] == '\''))) ++length;
    return length;
  }

  void Take(std::size_t length, std::string_view instead) {
    tokens_.push_back({std::string(instead.empty() ? rest_.substr(0, length) : instead), line_});
    Skip(length);
  }

  void Skip(std::size_t length) {
    const std::string_view gone = rest_.substr(0, length);
    line_ += static_cast<std::size_t>(std::ranges::count(gone, '\n'));
    rest_.remove_prefix(gone.size());
  }

  void SkipPast(std::string_view end, std::size_t from) {
    const std::size_t at = rest_.find(end, from);
    Skip(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  void SkipDirective() {
    std::size_t end = rest_.find('\n');
    while (end != std::string_view::npos && end > 0 && rest_[end - 1] == '\\') end = rest_.find('\n', end + 1);
    Skip(end);
  }

  void SkipQuoted(char quote) {
    tokens_.push_back({std::string(2, quote), line_});
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != quote) end += rest_[end] == '\\' ? 2 : 1;
    Skip(end + 1);
  }

  void SkipRawString() {
    tokens_.push_back({"\"\"", line_});
    const std::size_t open = rest_.find('(');
    SkipPast(")" + std::string(rest_.substr(2, open - 2)) + "\"", open);
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  bool fresh_line_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> TokensOf(std::string_view source) { return Lexer(source).Run(); }

}  // namespace larder::layout
