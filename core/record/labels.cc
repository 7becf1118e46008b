#include "record/labels.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "record/bytes.h"
#include "record/codes.h"
#include "record/payload.h"

namespace larder::record {
namespace {

// A reader refuses a record with a form that it does not know: a new one needs a new version of the format.
enum class Form : std::uint8_t { text = 0, long_text = 1, hex = 2, time = 3 };
constexpr unsigned kFormShift = 5;
constexpr unsigned kCodeMask = 31;
// Set in the first byte of a label unless its form is text or hex.
constexpr unsigned kNoShortLength = (1U | 4U) << kFormShift;
constexpr std::size_t kMaxByte = std::numeric_limits<std::uint8_t>::max();
constexpr std::size_t kTimeBytes = 12;
constexpr std::size_t kShortestTime = 20;  // 2006-01-02T15:04:05Z
constexpr std::size_t kUsualBytes = 512;
constexpr std::string_view kDigits = "0123456789abcdef";

bool IsHexDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
unsigned DigitValue(char digit) { return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

bool IsHex(std::string_view value) {
  if (value.empty() || value.size() % 2 != 0 || value.size() / 2 > kMaxByte) return false;
  for (const char c : value) {
    if (!IsHexDigit(c)) return false;
  }
  return true;
}

std::optional<Timestamp> AsTime(std::string_view value) {
  if (value.size() < kShortestTime || value[10] != 'T' || value.back() != 'Z') return std::nullopt;
  const auto time = ParseTimestamp(value);
  if (!time.has_value() || FormatTimestamp(*time) != value) return std::nullopt;
  return *time;
}

template <std::integral T>
void Append(std::string& to, T value) {
  std::byte bytes[sizeof value];
  StoreLittle(bytes, value);
  to.append(reinterpret_cast<const char*>(bytes), sizeof bytes);
}

void AppendHex(std::string& to, std::string_view digits) {
  Append(to, static_cast<std::uint8_t>(digits.size() / 2));
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    to += static_cast<char>(DigitValue(digits[i]) << 4 | DigitValue(digits[i + 1]));
  }
}

// `name` is empty where there is a code. REQUIRES: both are within the budget.
void AppendLabel(std::string& to, std::uint8_t code, std::string_view name, std::string_view value) {
  const auto begin = [&](Form form) {
    Append(to, static_cast<std::uint8_t>(static_cast<unsigned>(form) << kFormShift | code));
    if (code == 0) to.append(name).append(1, '\0');
  };
  if (IsHex(value)) {
    begin(Form::hex);
    AppendHex(to, value);
  } else if (const auto time = AsTime(value); time.has_value()) {
    begin(Form::time);
    Append(to, time->unix_seconds());
    Append(to, static_cast<std::uint32_t>(time->nanoseconds()));
  } else if (value.size() <= kMaxByte) {
    begin(Form::text);
    Append(to, static_cast<std::uint8_t>(value.size()));
    to += value;
  } else {
    begin(Form::long_text);
    Append(to, static_cast<std::uint16_t>(value.size()));
    to += value;
  }
}

// One label as it lies there: the bytes of its value, in its form.
struct Label {
  std::uint8_t code = 0;
  Form form = Form::text;
  std::string_view name;  // where there is no code
  std::string_view bytes;
};

bool IsTime(std::string_view bytes) {
  const auto* from = reinterpret_cast<const std::byte*>(bytes.data());
  const auto seconds = LoadLittle<std::int64_t>(from);
  return seconds >= Timestamp::kNoneSeconds && seconds <= Timestamp::kMaxSeconds &&
         LoadLittle<std::uint32_t>(from + sizeof seconds) < kNanosecondsEnd;
}

// Takes the first label off `rest`; false where `rest` does not begin with one.
inline bool Take(std::string_view& rest, Label& label) {
  const char* at = rest.data();
  const char* const end = at + rest.size();
  const auto byte = [](const char* from) { return static_cast<std::size_t>(static_cast<unsigned char>(*from)); };
  if (at == end) return false;
  label.code = static_cast<std::uint8_t>(byte(at) & kCodeMask);
  label.form = static_cast<Form>(byte(at) >> kFormShift);
  ++at;
  if (label.code == 0) {
    const auto* nul = static_cast<const char*>(std::memchr(at, 0, static_cast<std::size_t>(end - at)));
    if (nul == nullptr || nul == at) return false;
    label.name = {at, static_cast<std::size_t>(nul - at)};
    at = nul + 1;
  }
  std::size_t length = kTimeBytes;
  if (label.form == Form::text || label.form == Form::hex) {
    if (at == end) return false;
    length = byte(at);
    at += 1;
  } else if (label.form == Form::long_text) {
    if (end - at < 2) return false;
    length = byte(at) | byte(at + 1) << 8;
    at += 2;
  } else if (label.form != Form::time) {
    return false;
  }
  if (static_cast<std::size_t>(end - at) < length) return false;
  label.bytes = {at, length};
  at += length;
  rest = {at, static_cast<std::size_t>(end - at)};
  return label.form != Form::time || IsTime(label.bytes);
}

std::string_view NameOf(const Label& label) { return label.code == 0 ? label.name : LabelName(label.code); }

std::string ValueText(const Label& label) {
  switch (label.form) {
    case Form::hex: {
      std::string text;
      text.reserve(2 * label.bytes.size());
      for (const char c : label.bytes) {
        text += kDigits[static_cast<unsigned char>(c) >> 4];
        text += kDigits[static_cast<unsigned char>(c) & 15];
      }
      return text;
    }
    case Form::time: {
      const auto* from = reinterpret_cast<const std::byte*>(label.bytes.data());
      return FormatTimestamp(
          Timestamp(LoadLittle<std::int64_t>(from), static_cast<std::int32_t>(LoadLittle<std::uint32_t>(from + 8))));
    }
    case Form::text:
    case Form::long_text:
      break;
  }
  return std::string(label.bytes);
}

std::string_view BytesOf(const PackedLabels* labels) {
  if (labels == nullptr) return {};
  return {reinterpret_cast<const char*>(labels->data()), labels->size()};
}

}  // namespace

flatbuffers::Offset<PackedLabels> PutLabels(flatbuffers::FlatBufferBuilder& builder, const Labels& labels,
                                            bool& truncated) {
  std::string packed;
  packed.reserve(kUsualBytes);
  const auto put = [&](std::uint8_t code, std::string_view name, std::string_view value) {
    const std::size_t before = packed.size();
    if (name.size() + value.size() / 2 <= kLabelBudget) AppendLabel(packed, code, name, value);
    if (packed.size() > kLabelBudget || packed.size() == before) {
      packed.resize(before);
      truncated = true;
    }
  };
  for (const auto& [name, value] : labels) {
    if (const auto code = LabelCode(name); code != 0) put(code, {}, value);
  }
  for (const auto& [name, value] : labels) {
    if (LabelCode(name) != 0) continue;
    if (name.empty() || name.find('\0') != std::string::npos) {
      truncated = true;
    } else {
      put(0, name, value);
    }
  }
  if (packed.empty()) return {};
  return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(packed.data()), packed.size());
}

bool AreLabels(const PackedLabels* labels) {
  std::string_view rest = BytesOf(labels);
  while (!rest.empty()) {
    // Nearly all: a code, and a length of one byte.
    const unsigned first = static_cast<unsigned char>(rest[0]);
    if ((first & kCodeMask) != 0 && (first & kNoShortLength) == 0 && rest.size() >= 2) {
      const std::size_t taken = std::size_t{2} + static_cast<unsigned char>(rest[1]);
      if (taken > rest.size()) return false;
      rest = {rest.data() + taken, rest.size() - taken};
      continue;
    }
    Label label;
    if (!Take(rest, label)) return false;
  }
  return true;
}

void VisitLabels(const PackedLabels* labels, const std::function<void(std::string_view, std::string_view)>& visit) {
  std::string_view rest = BytesOf(labels);
  for (Label label; Take(rest, label);) {
    if (label.form == Form::text || label.form == Form::long_text) {
      visit(NameOf(label), label.bytes);
    } else {
      visit(NameOf(label), ValueText(label));
    }
  }
}

std::optional<std::string> FindLabel(const PackedLabels* labels, std::string_view wanted) {
  std::string_view rest = BytesOf(labels);
  for (Label label; Take(rest, label);) {
    if (NameOf(label) == wanted) return ValueText(label);
  }
  return std::nullopt;
}

Labels ReadLabels(const PackedLabels* labels) {
  Labels result;
  std::string_view rest = BytesOf(labels);
  for (Label label; Take(rest, label);) result.emplace(NameOf(label), ValueText(label));
  return result;
}

}  // namespace larder::record
