#include "table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace larder::tool {
namespace {

std::string Printed(Table table, bool terminal, int columns, bool color = false) {
  std::ostringstream out;
  Console console;
  console.out = &out;
  console.out_is_terminal = terminal;
  console.columns = columns;
  console.color = color;
  table.Print(console);
  return out.str();
}

Table Example() {
  Table table({{"NAME", Table::Align::left, true}, {"N", Table::Align::right}});
  table.Add({"a-name-that-is-long", "7"});
  table.Add({"b", "1,234"});
  return table;
}

TEST(Table, ColumnsAreAsWideAsTheirCells) {
  EXPECT_EQ(Printed(Example(), false, 10),
            "NAME                     N\n"
            "a-name-that-is-long      7\n"
            "b                    1,234\n");
}

TEST(Table, IsCutOnATerminalOnly) {
  EXPECT_EQ(Printed(Example(), true, 18),
            "NAME             N\n"
            "a-name-t...      7\n"
            "b            1,234\n");
}

TEST(Table, NamesOfImagesAreCutAtTheirBeginning) {
  Table table({{"NAME", Table::Align::left, true, true}});
  table.Add({"registry.example.com/team/one"});
  table.Add({"short"});
  table.Add(
      {"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"});
  EXPECT_EQ(Printed(table, true, 12),
            "NAME\n.../team/one\nshort\n..." +
                std::string("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9") + "\n");
  EXPECT_EQ(Printed(table, false, 12).substr(0, 35), "NAME\nregistry.example.com/team/one\n");
}

TEST(Table, TheHeaderIsDimmedWhereThereIsColour) {
  EXPECT_EQ(Printed(Example(), true, 80, true).substr(0, 8), "\033[2mNAME");
  EXPECT_EQ(Printed(Example(), true, 80, false).find('\033'), std::string::npos);
}

TEST(Table, ControlCharactersDoNotReachTheTerminal) {
  Table table({{"X"}});
  table.Add({"a\033[31mb\nc"});
  EXPECT_EQ(Printed(table, true, 80), "X\na?[31mb?c\n");
}

TEST(Table, CountsCharactersNotBytes) {
  EXPECT_EQ(Width("\xC3\xA9t\xC3\xA9"), 3U);
  EXPECT_EQ(Width(""), 0U);
}

}  // namespace
}  // namespace larder::tool
