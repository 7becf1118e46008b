// JSON written as it comes, for answers of any length: nothing is kept but how deep we are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "larder/time.h"

namespace larder::tool {

// Appends to a string that the caller empties as it likes. Bytes that are no UTF-8 become U+FFFD. A name is given to
// every member of an object, and is "" for the items of an array and for the whole.
class JsonWriter {
 public:
  enum class Style : std::uint8_t { compact, indented };  // indented: two spaces a level, as Pretty does
  explicit JsonWriter(std::string& out, Style style = Style::compact) : out_(out), style_(style) {}

  void Object(std::string_view name = {}) { Begin(name, '{'); }
  void Array(std::string_view name = {}) { Begin(name, '['); }
  void End();

  void Text(std::string_view name, std::string_view value);
  void Number(std::string_view name, std::uint64_t value);
  void Real(std::string_view name, double value);
  void Bool(std::string_view name, bool value);

  // Members that are left out where there is nothing to say.
  void TextIf(std::string_view name, std::string_view value);
  void NumberIf(std::string_view name, std::uint64_t value);
  void BoolIf(std::string_view name, bool value);
  void TimeIf(std::string_view name, Time value);
  void TimeIf(std::string_view name, const Timestamp& value);

 private:
  struct Level {
    char close = '}';
    bool empty = true;
  };
  void Begin(std::string_view name, char open);
  void Next(std::string_view name);
  void NewLine();
  void Quoted(std::string_view text);

  std::string& out_;
  Style style_;
  std::vector<Level> levels_;
};

}  // namespace larder::tool
