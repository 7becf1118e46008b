#include "layout/coroutines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "layout/tokens.h"

namespace larder::layout {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Problems InFunction(const std::string& statements) {
  return RiskyCoroutines(
      {{"fetch/a.cc", "Task<void> Fetch(Session& session, Options options = {}) {\n" + statements + "\n}\n"}});
}

TEST(CoroutinesTest, LetsThePlainFormsBe) {
  for (const std::string statements : {
           "Request request{Method::get, url};\nauto response = co_await session.Fetch(request, stop);",
           "auto start = [&](std::function<void(int)> done) { done(1); };\nCallback<int> callback(start);\nco_await "
           "callback;",
           "for (const auto& [host, slots] : hosts) {\n  co_await Wait(host);\n}",
           "if (co_await Wait(slots[0])) {\n  x = a ? b : c;\n} else {\n  co_return {};\n}",
           "const auto [first, second] = co_await Both();",
           "while (more) {\n  auto page = co_await Next(); // { ? [&]\n  Log(\"{?:}\", page);\n}",
           "[](Task<void> owned) -> Detached { co_await owned; }(std::move(task));",
           "switch (kind) {\n  case Kind::a: {\n    co_await A();\n  }\n}",
           "struct Local {\n  int a = 0;\n};\nconst bool ok = co_await Check();\nco_return ok ? 1 : 2;",
       }) {
    EXPECT_THAT(InFunction(statements), IsEmpty()) << statements;
  }
}

TEST(CoroutinesTest, FindsWhatIsMiscompiled) {
  const struct {
    std::string statements, what;
  } kCases[] = {
      {"auto r = co_await session.Fetch(Request{Method::get, url}, stop);",
       ":2: co_await in one expression with a braced list"},
      {"auto r = co_await session.Fetch(url, {});", "a braced list"},
      {"Result<int> r{co_await Count()};", "a braced list"},
      {"co_await Wait(soon ? a : b);", "a ?:"},
      {"const auto x = ok ? co_await A() : B();", "a ?:"},
      {"co_await Callback<int>([&](auto done) { done(1); });", "a capturing lambda"},
      {"co_await Each(list, [this](int i) -> void { Do(i); });", "a capturing lambda"},
      {"LARDER_ASSIGN_OR_RETURN(auto r, co_await Fetch());", "a returning macro"},
      {"if (auto r = co_await Fetch(Url{x}); r) {\n}", "a braced list"},
      {"Spawn([url]() -> Task<void> { co_await Fetch(url); }());", ":2: a capturing lambda that is a coroutine"},
      {"Spawn([&] {\n  co_return;\n}());", ":3: a capturing lambda that is a coroutine"},
  };
  for (const auto& c : kCases) EXPECT_THAT(InFunction(c.statements), ElementsAre(HasSubstr(c.what))) << c.statements;
}

TEST(CoroutinesTest, ReadsOnlyWhatIsCode) {
  std::vector<std::string> texts;
  for (const Token& token :
       TokensOf("#define X \\\n  {\nint a = 1'000; /* b */ // c\nf(\"x\\\"y\", 'z', R\"(d)\") -> g::h;")) {
    texts.push_back(token.text);
  }
  EXPECT_THAT(texts, ElementsAre("int", "a", "=", "0", ";", "f", "(", "\"\"", ",", "''", ",", "\"\"", ")", "->", "g",
                                 "::", "h", ";"));
  EXPECT_EQ(TokensOf("/*\n*/\n x")[0].line, 3U);
}

}  // namespace
}  // namespace larder::layout
