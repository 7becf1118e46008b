// Every time that the corpus' documents state is read, or refused with a reason.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "larder/image_info.h"
#include "larder/time.h"
#include "support/corpus.h"

namespace larder {
namespace {

bool StatesATime(const std::string& key) {
  return key == "created" || key == kLabelCreated || key == kLabelBuildDate || key == "build-date";
}

// Every text under such a name, wherever in the document; what is JSON inside a text (schema1's history) is looked
// into.
void Collect(const nlohmann::json& value, std::map<std::string, int>& times) {
  if (value.is_string()) {
    const auto inner = nlohmann::json::parse(value.get_ref<const std::string&>(), nullptr, false);
    if (inner.is_object()) Collect(inner, times);
  }
  if (!value.is_structured()) return;
  for (const auto& [key, member] : value.items()) {
    if (member.is_string() && value.is_object() && StatesATime(key)) ++times[member.get<std::string>()];
    Collect(member, times);
  }
}

TEST(TimeCorpusTest, EveryStatedTimeIsReadLenientlyAndPrintsBack) {
  const auto dir = testing::CorpusDir();
  if (!dir.has_value()) GTEST_SKIP() << "skipped: no corpus";
  std::map<std::string, int> times;
  for (const auto& entry : testing::CorpusEntries(*dir)) {
    Collect(nlohmann::json::parse(testing::ReadFile(*dir / entry.path), nullptr, false), times);
  }
  ASSERT_GT(times.size(), 60u);

  int lenient_only = 0;
  for (const auto& [text, count] : times) {
    const auto time = ParseTimestampLenient(text);
    if (!time.has_value()) {
      EXPECT_EQ(time.error().code, Errc::invalid_argument) << text;
      EXPECT_FALSE(time.error().message.empty()) << text;
      ADD_FAILURE() << "not read: " << time.error().message;
      continue;
    }
    EXPECT_EQ(ParseTimestamp(FormatTimestamp(*time)), *time) << text;
    if (const auto strict = ParseTimestamp(text); strict.has_value()) {
      EXPECT_EQ(*strict, *time) << text;
    } else {
      ++lenient_only;
    }
  }
  EXPECT_GE(lenient_only, 3) << "the label dates without a zone and the compact one";
  EXPECT_TRUE(times.contains("20181006"));
  EXPECT_TRUE(times.contains("0001-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace larder
