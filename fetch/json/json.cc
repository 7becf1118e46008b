#include "json/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "json/clamp_numbers.h"
#include "json/error_place.h"

namespace larder::json {
namespace {

const Value& NullValue() {
  static const Value kNull;
  return kNull;
}

}  // namespace

// Copies simdjson's tape, which dies with its parser, into values of a document.
class Builder {
 public:
  // `clamped`: the text went through ClampNumbers, so that the largest double stands for infinity.
  Builder(bool clamped, std::size_t text_size)
      : clamped_(clamped),
        memory_(std::make_unique<std::pmr::monotonic_buffer_resource>(std::min(kFirstBlock, 2 * text_size + 256))) {}

  Result<Document> Build(const simdjson::dom::element& root) {
    Value* value = New<Value>(1);
    LARDER_RETURN_IF_ERROR(Fill(*value, root, 1));
    Document document;
    document.memory_ = std::move(memory_);
    document.root_ = value;
    return document;
  }

 private:
  static constexpr std::size_t kFirstBlock = 1 << 20;

  template <class T>
  T* New(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    auto* first = static_cast<T*>(memory_->allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

  std::string_view Keep(std::string_view text) {
    if (text.empty()) return {};
    auto* copy = static_cast<char*>(memory_->allocate(text.size(), 1));
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

  Result<void> Fill(Value& out, const simdjson::dom::element& element, std::size_t depth) {
    if (depth > kMaxDepth) return Fail(Errc::corruption, "JSON nested deeper than " + std::to_string(kMaxDepth));
    switch (element.type()) {
      case simdjson::dom::element_type::ARRAY:
        return FillArray(out, element, depth);
      case simdjson::dom::element_type::OBJECT:
        return FillObject(out, element, depth);
      case simdjson::dom::element_type::STRING: {
        const std::string_view text = Keep(element.get_string().value_unsafe());
        out.type_ = Value::Type::string;
        out.text_ = text.data();
        out.size_ = text.size();
        break;
      }
      case simdjson::dom::element_type::BOOL: {
        out.type_ = Value::Type::boolean;
        out.boolean_ = element.get_bool().value_unsafe();
        break;
      }
      case simdjson::dom::element_type::NULL_VALUE:
        break;
      default:
        FillNumber(out, element);
    }
    return {};
  }

  // simdjson counts to 2^24 - 1 only, which is more than a document may have.
  Result<void> Count(std::size_t values) {
    values_ += values;
    if (values_ <= kMaxValues) return {};
    return Fail(Errc::too_large, "JSON with more than " + std::to_string(kMaxValues) + " values");
  }

  Result<void> FillArray(Value& out, const simdjson::dom::element& element, std::size_t depth) {
    const simdjson::dom::array array = element.get_array().value_unsafe();
    const std::size_t size = array.size();
    LARDER_RETURN_IF_ERROR(Count(size));
    Value* item = New<Value>(size);
    out.type_ = Value::Type::array;
    out.items_ = item;
    out.size_ = size;
    for (const simdjson::dom::element value : array) LARDER_RETURN_IF_ERROR(Fill(*item++, value, depth + 1));
    return {};
  }

  Result<void> FillObject(Value& out, const simdjson::dom::element& element, std::size_t depth) {
    const simdjson::dom::object object = element.get_object().value_unsafe();
    const std::size_t size = object.size();
    LARDER_RETURN_IF_ERROR(Count(size));
    Member* member = New<Member>(size);
    out.type_ = Value::Type::object;
    out.members_ = member;
    out.size_ = size;
    for (const simdjson::dom::key_value_pair field : object) {
      member->name = Keep(field.key);
      LARDER_RETURN_IF_ERROR(Fill((member++)->value, field.value, depth + 1));
    }
    return {};
  }

  void FillInteger(Value& out, std::int64_t integer) const {
    out.type_ = Value::Type::integer;
    out.integer_ = integer;
  }

  void FillNumber(Value& out, const simdjson::dom::element& element) const {
    if (element.is_int64()) return FillInteger(out, element.get_int64().value_unsafe());
    double number = element.get_double().value_unsafe();  // of unsigned 64-bit integers too
    constexpr double kLargest = std::numeric_limits<double>::max();
    if (clamped_ && std::abs(number) == kLargest)
      number = std::copysign(std::numeric_limits<double>::infinity(), number);
    constexpr double kExact = 9007199254740992.0;  // 2^53: below it a double counts in ones
    if (std::abs(number) <= kExact && std::trunc(number) == number) {
      return FillInteger(out, static_cast<std::int64_t>(number));
    }
    out.type_ = Value::Type::number;
    out.number_ = number;
  }

  bool clamped_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_;
  std::size_t values_ = 1;  // the root
};

const Value& Value::operator[](std::string_view name) const {
  const std::span<const Member> all = members();
  for (auto member = all.rbegin(); member != all.rend(); ++member) {
    if (member->name == name) return member->value;
  }
  return NullValue();
}

bool Value::Has(std::string_view name) const {
  return std::ranges::any_of(members(), [&](const Member& member) { return member.name == name; });
}

std::span<const Value> Value::items() const { return IsArray() ? std::span(items_, size_) : std::span<const Value>(); }

std::span<const Member> Value::members() const {
  return IsObject() ? std::span(members_, size_) : std::span<const Member>();
}

std::string_view Value::text() const { return IsString() ? std::string_view(text_, size_) : std::string_view(); }

std::optional<std::int64_t> Value::AsInt() const {
  if (type_ != Type::integer) return std::nullopt;
  return integer_;
}

std::optional<double> Value::AsDouble() const {
  if (type_ == Type::integer) return static_cast<double>(integer_);
  if (type_ != Type::number) return std::nullopt;
  return number_;
}

std::optional<bool> Value::AsBool() const {
  if (type_ != Type::boolean) return std::nullopt;
  return boolean_;
}

Document::Document() : root_(&NullValue()) {}

namespace {

// What a parser needs is some 15 times the text, in six blocks: making that anew took longer than parsing a manifest.
// Kept by each thread that parses, up to this size of a text.
constexpr std::size_t kKeptCapacity = 64 << 10;

struct KeptParser {
  ~KeptParser() {
    if (parser.capacity() > kKeptCapacity) parser = simdjson::dom::parser();
  }
  simdjson::dom::parser& parser;
};

}  // namespace

Result<Document> Parse(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());

  thread_local simdjson::dom::parser parser;
  const KeptParser kept{parser};
  simdjson::dom::element root;
  bool clamped = false;
  auto error = parser.parse(text.data(), text.size(), true).get(root);
  if (error == simdjson::NUMBER_ERROR) {
    clamped = true;
    const std::string other = ClampNumbers(text);
    error = parser.parse(other.data(), other.size(), true).get(root);
  }
  if (error == simdjson::DEPTH_ERROR) {
    return Fail(Errc::corruption, "JSON nested deeper than " + std::to_string(kMaxDepth));
  }
  if (error != simdjson::SUCCESS) return Fail(Errc::corruption, "not a JSON document: " + ErrorPlace(text));
  return Builder(clamped, text.size()).Build(root);
}

}  // namespace larder::json
