// JSON from strangers, read whole. The one place where simdjson is included.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/error.h"

namespace larder::json {

inline constexpr std::size_t kMaxDepth = 128;
// Values in one document, all levels together: a parsed value takes about 150 bytes, a text as little as 2.
inline constexpr std::size_t kMaxValues = 1'000'000;

// A parsed value that owns what it holds (documents are small: at most a few MiB). Look-ups on the wrong type answer
// "nothing" rather than fail, so that reading a document is a list of questions. Numbers that no machine type holds
// (1e1000) are kept as infinite doubles.
class Value {
 public:
  enum class Type : std::uint8_t { null, boolean, number, string, array, object };
  Value() = default;

  Type type() const { return type_; }
  bool IsNull() const { return type_ == Type::null; }
  bool IsObject() const { return type_ == Type::object; }
  bool IsArray() const { return type_ == Type::array; }
  bool IsString() const { return type_ == Type::string; }

  // The member of that name (the last one, where a name is repeated, as Go reads it); a shared null where there is
  // none.
  const Value& operator[](std::string_view name) const;
  bool Has(std::string_view name) const;
  const std::vector<Value>& items() const { return items_; }                              // of an array
  const std::vector<std::pair<std::string, Value>>& members() const { return members_; }  // of an object, in order
  std::string_view text() const { return text_; }                                         // of a string, else ""
  std::optional<std::int64_t> AsInt() const;  // an integral number (2 and 2.0 alike); nullopt otherwise
  std::optional<double> AsDouble() const;     // any number
  std::optional<bool> AsBool() const;

 private:
  friend class Builder;
  Type type_ = Type::null;
  bool boolean_ = false;
  bool integral_ = false;
  std::int64_t integer_ = 0;
  double number_ = 0;
  std::string text_;
  std::vector<Value> items_;
  std::vector<std::pair<std::string, Value>> members_;
};

// The whole text must be one JSON document in UTF-8: corruption with the place otherwise, and for what is nested deeper
// than kMaxDepth; too_large over kMaxValues. A byte order mark is skipped.
Result<Value> Parse(std::string_view text);

}  // namespace larder::json
