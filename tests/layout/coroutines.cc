#include "layout/coroutines.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "layout/tokens.h"

namespace larder::layout {
namespace {

bool IsName(const std::string& text) {
  return std::isalpha(static_cast<unsigned char>(text.front())) != 0 || text.front() == '_';
}

template <std::size_t N>
bool IsOneOf(const std::string& text, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, text) != words.end();
}

// One statement while it is read, or the body of a lambda that interrupts one.
struct Statement {
  std::size_t await_line = 0;  // of its first co_await; 0: none
  bool braced_list = false;
  bool conditional = false;
  bool capturing_lambda = false;
  bool macro = false;       // LARDER_RETURN_IF_ERROR, LARDER_ASSIGN_OR_RETURN
  bool definition = false;  // of a class, a namespace, ...: its brace opens a block
  std::size_t parentheses = 0;
};

struct Brace {
  bool block = false;             // of statements, not a list
  bool capturing_lambda = false;  // the body of one
  Statement interrupted;          // what goes on behind a lambda's body
  bool lambda = false;
};

class Checker {
 public:
  Checker(const std::string& path, const std::string& text) : path_(path), tokens_(TokensOf(text)) {}

  Problems Run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) Read(tokens_[at_]);
    return std::move(problems_);
  }

 private:
  void Read(const Token& token) {
    constexpr std::array<std::string_view, 5> kDefinitions = {"namespace", "class", "struct", "enum", "union"};
    const std::string& text = token.text;
    if (text == "co_await" || text == "co_return" || text == "co_yield") ReadKeyword(token);
    if (text == "?") statement_.conditional = true;
    if (text.starts_with("LARDER_RETURN_IF") || text.starts_with("LARDER_ASSIGN_OR")) statement_.macro = true;
    if (IsOneOf(text, kDefinitions) && statement_.parentheses == 0) statement_.definition = true;
    if (text == "[") ReadBracket();
    if (text == "(") ++statement_.parentheses;
    if (text == ")" && statement_.parentheses > 0) --statement_.parentheses;
    if (text == "{") OpenBrace();
    if (text == "}") CloseBrace();
    if (text == ";") EndStatement();
  }

  void ReadKeyword(const Token& token) {
    if (token.text == "co_await" && statement_.await_line == 0) statement_.await_line = token.line;
    const auto body = std::find_if(braces_.rbegin(), braces_.rend(), [](const Brace& brace) { return brace.lambda; });
    if (body != braces_.rend() && body->capturing_lambda) {
      problems_.push_back(Problem(path_, token.line, "a capturing lambda that is a coroutine: make it a function"));
    }
  }

  // At "[": a lambda, unless it is a subscript or an attribute.
  void ReadBracket() {
    const std::string before = Before(1);
    const bool subscript = before == ")" || before == "]" ||
                           (IsName(before) && before != "return" && before != "co_return" && before != "co_await");
    const bool binding = before == "auto" || ((before == "&") && Before(2) == "auto");
    if (subscript || binding || before == "[" || After(1) == "[") return;
    pending_lambda_ = true;
    pending_captures_ = After(1) != "]";
    if (pending_captures_) statement_.capturing_lambda = true;
  }

  void OpenBrace() {
    constexpr std::array<std::string_view, 12> kBeforeBlocks = {
        ";", "{", "}", "else", "do", "try", "const", "noexcept", "mutable", "override", "final", ":"};
    const std::string before = Before(1);
    const bool after_parameters = before == ")" || IsOneOf(before, kBeforeBlocks);
    Brace brace;
    if (pending_lambda_ && (after_parameters || before == "]" || HasTrailingReturn())) {
      brace.block = brace.lambda = true;
      brace.capturing_lambda = pending_captures_;
      brace.interrupted = statement_;
      pending_lambda_ = false;
      statement_ = Statement();
    } else if (statement_.definition || (after_parameters && statement_.parentheses == 0) || HasTrailingReturn()) {
      brace.block = true;
      EndStatement();
    } else {
      statement_.braced_list = true;
    }
    braces_.push_back(brace);
  }

  void CloseBrace() {
    if (braces_.empty()) return;
    const Brace brace = braces_.back();
    braces_.pop_back();
    if (!brace.block) return;
    EndStatement();
    if (brace.lambda) statement_ = brace.interrupted;
  }

  // "-> Type {" with names and template arguments between.
  bool HasTrailingReturn() const {
    for (std::size_t back = 1; back <= at_; ++back) {
      const std::string text = Before(back);
      if (text == "->") return true;
      if (!IsName(text) && text != "::" && text != "<" && text != ">" && text != "," && text != "*" && text != "&") {
        return false;
      }
    }
    return false;
  }

  void EndStatement() {
    if (statement_.await_line != 0) {
      if (statement_.braced_list) Report("a braced list");
      if (statement_.conditional) Report("a ?:");
      if (statement_.capturing_lambda) Report("a capturing lambda");
      if (statement_.macro) Report("a returning macro");
    }
    const std::size_t parentheses = statement_.parentheses;
    statement_ = Statement();
    statement_.parentheses = parentheses;  // "for (a; b; c)"
  }

  void Report(const std::string& what) {
    problems_.push_back(Problem(path_, statement_.await_line,
                                "co_await in one expression with " + what + ": name it on the line before"));
  }

  std::string Before(std::size_t back) const { return back > at_ ? ";" : tokens_[at_ - back].text; }
  std::string After(std::size_t ahead) const { return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead].text : ";"; }

  const std::string& path_;
  const std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Statement statement_;
  std::vector<Brace> braces_;
  bool pending_lambda_ = false;
  bool pending_captures_ = false;
  Problems problems_;
};

}  // namespace

Problems RiskyCoroutines(const Tree& tree) {
  Problems problems;
  for (const auto& [path, text] : tree) {
    if (!IsSource(path) || text.find("co_") == std::string::npos) continue;
    Problems found = Checker(path, text).Run();
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return problems;
}

}  // namespace larder::layout
