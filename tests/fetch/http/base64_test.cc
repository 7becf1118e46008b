#include "http/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

TEST(Base64Test, GoesBothWays) {
  for (const auto& [bytes, text] :
       std::initializer_list<std::pair<std::string, std::string>>{{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"user:pass", "dXNlcjpwYXNz"},
                                                                  {std::string("\0\xff\xfe", 3), "AP/+"}}) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  }
}

TEST(Base64Test, DecodesWhatPeopleWrite) {
  EXPECT_EQ(DecodeBase64("AP_-"), std::string("\0\xff\xfe", 3)) << "the URL alphabet";
  EXPECT_EQ(DecodeBase64("Zg"), "f") << "no padding";
  EXPECT_EQ(DecodeBase64(" Zm\n9v\r\n"), "foo") << "line ends";
}

TEST(Base64Test, RefusesTheRest) {
  for (const char* text : {"pants", "Z", "Zg=", "Zg===", "Z===", "Zm9v=", "Zg==Zg==", "user:pass", "Zm9v!"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

TEST(Base64Test, EveryLengthAndByteReturns) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

}  // namespace
}  // namespace larder
