// JSON from strangers, read whole. The one place where simdjson is included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

#include "larder/error.h"

namespace larder::json {

inline constexpr std::size_t kMaxDepth = 128;
// Values in one document, all levels together: a member takes 40 bytes beside its texts, and as little as 5 in the
// text.
inline constexpr std::size_t kMaxValues = 1'000'000;

struct Member;

// A part of a Document, and good as long as that is: values stay where they are. Look-ups on the wrong type answer
// "nothing" rather than fail, so that reading a document is a list of questions. Numbers that no machine type holds
// (1e1000) are kept as infinite doubles.
class Value {
 public:
  enum class Type : std::uint8_t { null, boolean, integer, number, string, array, object };
  Value() = default;
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;

  bool IsNull() const { return type_ == Type::null; }
  bool IsObject() const { return type_ == Type::object; }
  bool IsArray() const { return type_ == Type::array; }
  bool IsString() const { return type_ == Type::string; }

  // The member of that name (the last one, where a name is repeated, as Go reads it); a shared null where there is
  // none.
  const Value& operator[](std::string_view name) const;
  bool Has(std::string_view name) const;
  std::span<const Value> items() const;       // of an array, else none
  std::span<const Member> members() const;    // of an object, in order, else none
  std::string_view text() const;              // of a string, else ""
  std::optional<std::int64_t> AsInt() const;  // an integral number (2 and 2.0 alike); nullopt otherwise
  std::optional<double> AsDouble() const;     // any number
  std::optional<bool> AsBool() const;

 private:
  friend class Builder;
  Type type_ = Type::null;
  union {
    bool boolean_;
    std::int64_t integer_;
    double number_;
    const char* text_;
    const Value* items_;
    const Member* members_ = nullptr;
  };
  std::size_t size_ = 0;  // of what is pointed to
};

struct Member {
  std::string_view name;
  Value value;
};

// A parsed document: owns all its values and texts, in a few blocks of memory. Moving it moves no value.
class Document {
 public:
  Document();
  const Value& root() const { return *root_; }
  operator const Value&() const { return *root_; }
  const Value& operator[](std::string_view name) const { return (*root_)[name]; }

 private:
  friend class Builder;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_;
  const Value* root_;  // in memory_, or a shared null
};

// The whole text must be one JSON document in UTF-8: corruption with the place otherwise, and for what is nested deeper
// than kMaxDepth; too_large over kMaxValues. A byte order mark is skipped.
Result<Document> Parse(std::string_view text);

}  // namespace larder::json
