#include "json_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "histogram.h"
#include "image_json.h"

namespace larder::tool {
namespace {

std::string Example(JsonWriter::Style style) {
  std::string text;
  JsonWriter json(text, style);
  json.Object();
  json.Text("Text", "a \"quoted\"\n\ttext \x01 \\");
  json.Number("Number", 18'446'744'073'709'551'615U);
  json.Real("Real", 2.5);
  json.Bool("Bool", false);
  json.TextIf("No", "");
  json.NumberIf("No", 0);
  json.BoolIf("No", false);
  json.TimeIf("No", Time{});
  json.TimeIf("At", Time(std::chrono::milliseconds(1'500)));
  json.Array("Empty");
  json.End();
  json.Array("Items");
  json.Text({}, "one");
  json.Object();
  json.End();
  json.End();
  json.End();
  return text;
}

TEST(JsonWriter, WritesWhatAParserReads) {
  const auto json = Json::parse(Example(JsonWriter::Style::compact));
  EXPECT_EQ(json["Text"], "a \"quoted\"\n\ttext \x01 \\");
  EXPECT_EQ(json["Number"], 18'446'744'073'709'551'615U);
  EXPECT_EQ(json["Real"], 2.5);
  EXPECT_EQ(json["Bool"], false);
  EXPECT_EQ(json["At"], "1970-01-01T00:00:01.500Z");
  EXPECT_FALSE(json.contains("No"));
  EXPECT_EQ(json["Items"].size(), 2U);
  EXPECT_EQ(Example(JsonWriter::Style::compact), json.dump());
  EXPECT_EQ(Example(JsonWriter::Style::indented), json.dump(2));
}

TEST(JsonWriter, BytesThatAreNoTextAreReplaced) {
  const std::pair<std::string, std::string> cases[] = {
      {"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xB3", "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xB3"},
      {"a\xFF", "a\xEF\xBF\xBD"},
      {"\xC3", "\xEF\xBF\xBD"},
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD"}};
  for (const auto& [bytes, text] : cases) {
    std::string out;
    JsonWriter json(out);
    json.Text({}, bytes);
    EXPECT_EQ(out, '"' + text + '"');
    EXPECT_EQ(Json::parse(out).get<std::string>(), text);
  }
}

TEST(Histogram, CountsByBoundsAndDrawsInProportion) {
  Histogram histogram = DeadlineHistogram();
  using std::chrono::minutes;
  for (int i = 0; i < 100; ++i) histogram.Add(-minutes(1));
  for (int i = 0; i < 50; ++i) histogram.Add(minutes(4));
  histogram.Add(minutes(5));
  histogram.Add(std::chrono::days(400));
  histogram.AddToLast();
  EXPECT_EQ(histogram.total(), 153U);
  std::ostringstream out;
  Console console;
  console.out = &out;
  console.columns = 80;
  histogram.Print(console);
  const std::string first = out.str().substr(0, out.str().find('\n'));
  EXPECT_EQ(first, "  overdue       100  " + std::string(59, '#'));
  EXPECT_NE(out.str().find("  within 5 min   50  " + std::string(29, '#') + "\n"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("  within 1 h      1  #\n"), std::string::npos);
  EXPECT_NE(out.str().find("  within 6 h      0\n"), std::string::npos);
  EXPECT_NE(out.str().find("  later           2  #\n"), std::string::npos);
}

}  // namespace
}  // namespace larder::tool
