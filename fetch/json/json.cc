#include "json/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "json/clamp_numbers.h"
#include "json/error_place.h"

namespace larder::json {
namespace {

const Value& NullValue() {
  static const Value kNull;
  return kNull;
}

}  // namespace

// Copies simdjson's tape, which dies with its parser, into values that own what they hold.
class Builder {
 public:
  // `clamped`: the text went through ClampNumbers, so that the largest double stands for infinity.
  explicit Builder(bool clamped) : clamped_(clamped) {}

  Result<Value> Build(const simdjson::dom::element& root) {
    Value value;
    LARDER_RETURN_IF_ERROR(Fill(value, root, 1));
    return value;
  }

 private:
  Result<void> Fill(Value& out, const simdjson::dom::element& element, std::size_t depth) {
    if (depth > kMaxDepth) return Fail(Errc::corruption, "JSON nested deeper than " + std::to_string(kMaxDepth));
    if (++values_ > kMaxValues) {
      return Fail(Errc::too_large, "JSON with more than " + std::to_string(kMaxValues) + " values");
    }
    switch (element.type()) {
      case simdjson::dom::element_type::ARRAY:
        return FillArray(out, element, depth);
      case simdjson::dom::element_type::OBJECT:
        return FillObject(out, element, depth);
      case simdjson::dom::element_type::STRING: {
        out.type_ = Value::Type::string;
        out.text_ = std::string(std::string_view(element.get_string().value_unsafe()));
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

  Result<void> FillArray(Value& out, const simdjson::dom::element& element, std::size_t depth) {
    out.type_ = Value::Type::array;
    const simdjson::dom::array array = element.get_array().value_unsafe();
    out.items_.reserve(std::min(array.size(), kMaxValues - values_ + 1));
    for (const simdjson::dom::element item : array) {
      LARDER_RETURN_IF_ERROR(Fill(out.items_.emplace_back(), item, depth + 1));
    }
    return {};
  }

  Result<void> FillObject(Value& out, const simdjson::dom::element& element, std::size_t depth) {
    out.type_ = Value::Type::object;
    const simdjson::dom::object object = element.get_object().value_unsafe();
    out.members_.reserve(std::min(object.size(), kMaxValues - values_ + 1));
    for (const simdjson::dom::key_value_pair field : object) {
      auto& member = out.members_.emplace_back(std::string(field.key), Value());
      LARDER_RETURN_IF_ERROR(Fill(member.second, field.value, depth + 1));
    }
    return {};
  }

  void FillNumber(Value& out, const simdjson::dom::element& element) const {
    out.type_ = Value::Type::number;
    if (element.is_int64()) {
      out.integral_ = true;
      out.integer_ = element.get_int64().value_unsafe();
      out.number_ = static_cast<double>(out.integer_);
      return;
    }
    double number = element.get_double().value_unsafe();  // of unsigned 64-bit integers too
    constexpr double kLargest = std::numeric_limits<double>::max();
    if (clamped_ && std::abs(number) == kLargest)
      number = std::copysign(std::numeric_limits<double>::infinity(), number);
    out.number_ = number;
    constexpr double kExact = 9007199254740992.0;  // 2^53: below it a double counts in ones
    if (std::abs(number) <= kExact && std::trunc(number) == number) {
      out.integral_ = true;
      out.integer_ = static_cast<std::int64_t>(number);
    }
  }

  bool clamped_;
  std::size_t values_ = 0;
};

const Value& Value::operator[](std::string_view name) const {
  for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
    if (member->first == name) return member->second;
  }
  return NullValue();
}

bool Value::Has(std::string_view name) const {
  for (const auto& member : members_) {
    if (member.first == name) return true;
  }
  return false;
}

std::optional<std::int64_t> Value::AsInt() const {
  if (type_ != Type::number || !integral_) return std::nullopt;
  return integer_;
}

std::optional<double> Value::AsDouble() const {
  if (type_ != Type::number) return std::nullopt;
  return number_;
}

std::optional<bool> Value::AsBool() const {
  if (type_ != Type::boolean) return std::nullopt;
  return boolean_;
}

Result<Value> Parse(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());

  simdjson::dom::parser parser;
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
  return Builder(clamped).Build(root);
}

}  // namespace larder::json
