#include "json/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace larder::json {
namespace {

using ::testing::HasSubstr;

Document MustParse(std::string_view text) {
  auto document = Parse(text);
  if (document.has_value()) return *std::move(document);
  ADD_FAILURE() << text << ": " << document.error().message;
  return {};
}

TEST(Json, ReadsEveryType) {
  const Document document = MustParse(R"({"n":null,"b":true,"i":-7,"d":1.5,"s":"x","a":[1,"2",[]],"o":{"k":"v"}})");
  const Value& value = document.root();
  ASSERT_TRUE(value.IsObject());
  EXPECT_TRUE(value["n"].IsNull());
  EXPECT_TRUE(value.Has("n"));
  EXPECT_EQ(value["b"].AsBool(), true);
  EXPECT_EQ(value["i"].AsInt(), -7);
  EXPECT_EQ(value["d"].AsDouble(), 1.5);
  EXPECT_EQ(value["s"].text(), "x");
  ASSERT_EQ(value["a"].items().size(), 3u);
  EXPECT_EQ(value["a"].items()[1].text(), "2");
  EXPECT_EQ(value["o"]["k"].text(), "v");
  EXPECT_EQ(value.members().front().name, "n");
}

TEST(Json, AsksOfTheWrongTypeAnswerNothing) {
  const Document document = MustParse(R"([{"a":"1"}])");
  const Value& value = document.root();
  EXPECT_TRUE(value["a"].IsNull());
  EXPECT_TRUE(value["a"]["b"]["c"].IsNull());
  EXPECT_FALSE(value.Has("a"));
  EXPECT_EQ(value.text(), "");
  EXPECT_EQ(value.AsInt(), std::nullopt);
  EXPECT_EQ(value.AsDouble(), std::nullopt);
  EXPECT_EQ(value.AsBool(), std::nullopt);
  EXPECT_EQ(value.items()[0]["a"].AsInt(), std::nullopt);
}

TEST(Json, TheLastOfRepeatedNamesWins) {
  EXPECT_EQ(MustParse(R"({"a":1,"b":2,"a":3})")["a"].AsInt(), 3);
  EXPECT_EQ(MustParse(R"({"a":1,"\u0061":3})")["a"].AsInt(), 3);
}

TEST(Json, EscapedKeysAreFoundByTheirMeaning) {
  EXPECT_EQ(MustParse(R"({"access\u005ftoken":"t"})")["access_token"].text(), "t");
}

TEST(Json, ValuesStayWhereTheyAreWhenTheirDocumentMovesAndAnotherIsParsed) {
  Document document = MustParse(R"({"a":["one",{"b":"two"}],"e":[],"o":{},"s":""})");
  const Value& two = document["a"].items()[1]["b"];
  const Document moved = std::move(document);
  const Document other = MustParse(R"({"a":["1234567890",{"b":"xxxxxxxxxxxx"}]})");
  EXPECT_EQ(two.text(), "two");
  EXPECT_EQ(&moved["a"].items()[1]["b"], &two);
  EXPECT_EQ(other["a"].items()[1]["b"].text(), "xxxxxxxxxxxx");
  EXPECT_TRUE(moved["e"].IsArray());
  EXPECT_TRUE(moved["e"].items().empty());
  EXPECT_TRUE(moved["o"].members().empty());
  EXPECT_TRUE(moved["s"].IsString());
  EXPECT_TRUE(Document().root().IsNull());
}

TEST(Json, AParserIsAsGoodAfterALargeDocumentAndAfterABadOne) {
  const std::string large = "[\"" + std::string(1 << 20, 'x') + "\"]";
  EXPECT_EQ(MustParse(large).root().items()[0].text().size(), std::size_t{1} << 20);
  EXPECT_EQ(MustParse("[1]").root().items()[0].AsInt(), 1);
  EXPECT_FALSE(Parse("[1").has_value());
  EXPECT_EQ(MustParse("[2]").root().items()[0].AsInt(), 2);
}

TEST(Json, SkipsAByteOrderMark) { EXPECT_EQ(MustParse("\xEF\xBB\xBF{\"a\":1}")["a"].AsInt(), 1); }

TEST(Json, WholeNumbersAreIntegersHoweverWritten) {
  const Document document =
      MustParse(R"([9223372036854775807,-9223372036854775808,2.0,1e3,9223372036854775808,2.5,1e17])");
  const Value& value = document.root();
  EXPECT_EQ(value.items()[0].AsInt(), INT64_MAX);
  EXPECT_EQ(value.items()[1].AsInt(), INT64_MIN);
  EXPECT_EQ(value.items()[2].AsInt(), 2);
  EXPECT_EQ(value.items()[3].AsInt(), 1000);
  EXPECT_EQ(value.items()[4].AsInt(), std::nullopt);
  EXPECT_EQ(value.items()[4].AsDouble(), 9223372036854775808.0);
  EXPECT_EQ(value.items()[5].AsInt(), std::nullopt);
  EXPECT_EQ(value.items()[6].AsInt(), std::nullopt);
}

TEST(Json, NumbersThatNoMachineTypeHoldsDoNotSpoilTheDocument) {
  const Document document = MustParse(
      R"({"s":"1e1000 \" -1e999","big":1e1000,"neg":-1e1000,"tiny":1e-1000,"wide":123456789012345678901234567890,)"
      R"("zero":0,"fraction":0.0000000001e320,"small":0.1e-400,"whole":7,"huge":1e99999999999999999999})");
  const Value& value = document.root();
  EXPECT_EQ(value["s"].text(), "1e1000 \" -1e999");
  EXPECT_EQ(value["big"].AsDouble(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(value["neg"].AsDouble(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(value["huge"].AsDouble(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(value["big"].AsInt(), std::nullopt);
  EXPECT_EQ(value["tiny"].AsDouble(), 0.0);
  EXPECT_EQ(value["small"].AsDouble(), 0.0);
  EXPECT_DOUBLE_EQ(*value["wide"].AsDouble(), 123456789012345678901234567890.0);
  EXPECT_EQ(value["zero"].AsInt(), 0);
  EXPECT_EQ(value["fraction"].AsDouble(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(value["whole"].AsInt(), 7);
}

struct BadCase {
  const char* text;
  const char* says;
};

TEST(Json, WhatIsNoDocumentIsCorruptionWithThePlace) {
  const BadCase cases[] = {
      {"", "it is empty"},
      {" \n", "it is blank"},
      {"<html>429</html>", "HTML"},
      {"{\"a\":1} x", "at byte 9 of 9"},
      {"{\"a\":1}{", "at byte 8 of 8"},
      {"[1,]", "at byte 4 of 4"},
      {"{\"a\" 1}", "at byte 6 of 7"},
      {"[01]", "at byte 3 of 4"},
      {"[1.]", "at byte 4 of 4"},
      {"[-]", "at byte 3 of 3"},
      {"[1e]", "at byte 4 of 4"},
      {"\"\xff\"", "at byte 2 of 3"},
      {"[\"\\q\"]", "at byte 4 of 6"},
      {"{", "it ends too early"},
      {"{\"a\":\"b", "it ends too early"},
      {"nul", "it ends too early"},
      {"{\"a\":1e1000,}", "at byte"},
  };
  for (const BadCase& bad : cases) {
    const auto value = Parse(bad.text);
    ASSERT_FALSE(value.has_value()) << bad.text;
    EXPECT_EQ(value.error().code, Errc::corruption) << bad.text;
    EXPECT_THAT(value.error().message, HasSubstr(bad.says)) << bad.text;
  }
}

std::string Nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, DepthIsBounded) {
  EXPECT_TRUE(Parse(Nested(kMaxDepth)).has_value());
  for (const std::size_t depth : {kMaxDepth + 1, std::size_t{1023}, std::size_t{5000}, std::size_t{1000000}}) {
    const auto value = Parse(Nested(depth));
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().code, Errc::corruption);
    EXPECT_THAT(value.error().message, HasSubstr("nested deeper than 128"));
  }
}

TEST(Json, TheNumberOfValuesIsBounded) {
  std::string text = "[0";
  for (std::size_t i = 0; i < kMaxValues; ++i) text += ",0";
  text += "]";
  const auto value = Parse(text);
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().code, Errc::too_large);
}

}  // namespace
}  // namespace larder::json
