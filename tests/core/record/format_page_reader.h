// A reader of records that was written from docs/record-format.md alone: it uses no header of Larder and no generated
// code. And what it needs of the page itself: its example, its lists and its tables.
#pragma once

#include <xxhash.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace from_the_page {

using Bytes = std::string;

template <class T>
T At(std::string_view bytes, std::size_t at) {
  T value{};
  if (at + sizeof(T) <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

inline Bytes BigEndian(XXH64_hash_t hash) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, hash);
  return Bytes(reinterpret_cast<const char*>(canonical.digest), sizeof(canonical.digest));
}

inline Bytes RepositoryPrefix(char kind, std::string_view name) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(name.data(), name.size()));
  return Bytes{kind, 1} + Bytes(reinterpret_cast<const char*>(canonical.digest), 14);
}
inline Bytes ImageKey(std::string_view name, std::string_view tag) {
  return RepositoryPrefix(3, name) + BigEndian(XXH3_64bits(tag.data(), tag.size()));
}
inline Bytes RepositoryKey(std::string_view name) { return RepositoryPrefix(1, name) + Bytes(8, 0); }
inline Bytes HostKey(std::string_view host) { return RepositoryPrefix(5, host) + Bytes(8, 0); }
inline Bytes LeaseKey(std::string_view name) { return RepositoryPrefix(6, name) + Bytes(8, 0); }
inline Bytes ManifestKey(std::string_view digest) { return Bytes{4, 1} + Bytes(digest.substr(0, 22)); }
inline Bytes MarkerKey() { return Bytes(24, 0); }

inline bool IsSound(std::string_view key, std::string_view record) {
  if (record.size() < 32 || record.size() > 4080 || record.size() % 8 != 0) return false;
  if (record.substr(8, 4) != "LRDR" || record[12] != 1 || record[13] != key[0]) return false;
  const auto sum = XXH3_64bits(record.data() + 8, record.size() - 8) ^ XXH3_64bits(key.data(), key.size());
  return At<std::uint64_t>(record, 0) == sum;
}

// The root table of a payload.
class Table {
 public:
  explicit Table(std::string_view payload) : bytes_(payload), at_(At<std::uint32_t>(payload, 0)) {
    vtable_ = at_ - static_cast<std::size_t>(At<std::int32_t>(bytes_, at_));
  }
  // 0: absent.
  std::size_t PlaceOf(std::size_t field) const {
    const std::size_t entry = 4 + 2 * field;
    if (entry >= At<std::uint16_t>(bytes_, vtable_)) return 0;
    const auto offset = At<std::uint16_t>(bytes_, vtable_ + entry);
    return offset == 0 ? 0 : at_ + offset;
  }
  template <class T>
  T Number(std::size_t field, T absent = T{}) const {
    return PlaceOf(field) == 0 ? absent : At<T>(bytes_, PlaceOf(field));
  }
  std::string Text(std::size_t field) const { return PlaceOf(field) == 0 ? "" : TextAt(PlaceOf(field)); }
  std::vector<std::string> Texts(std::size_t field) const {
    std::vector<std::string> texts;
    if (PlaceOf(field) == 0) return texts;
    const std::size_t list = PlaceOf(field) + At<std::uint32_t>(bytes_, PlaceOf(field));
    for (std::size_t i = 0; i < At<std::uint32_t>(bytes_, list); ++i) texts.push_back(TextAt(list + 4 + 4 * i));
    return texts;
  }
  std::string_view List(std::size_t field) const {
    if (PlaceOf(field) == 0) return {};
    const std::size_t list = PlaceOf(field) + At<std::uint32_t>(bytes_, PlaceOf(field));
    return bytes_.substr(list + 4, At<std::uint32_t>(bytes_, list));
  }
  std::string_view Struct(std::size_t field, std::size_t size) const { return bytes_.substr(PlaceOf(field), size); }
  std::vector<std::string_view> Structs(std::size_t field, std::size_t size) const {
    std::vector<std::string_view> structs;
    if (PlaceOf(field) == 0) return structs;
    const std::size_t list = PlaceOf(field) + At<std::uint32_t>(bytes_, PlaceOf(field));
    for (std::size_t i = 0; i < At<std::uint32_t>(bytes_, list); ++i) {
      structs.push_back(bytes_.substr(list + 4 + size * i, size));
    }
    return structs;
  }

 private:
  std::string TextAt(std::size_t place) const {
    const std::size_t text = place + At<std::uint32_t>(bytes_, place);
    return std::string(bytes_.substr(text + 4, At<std::uint32_t>(bytes_, text)));
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t vtable_ = 0;
};

inline std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    for (const int shift : {4, 0}) hex += "0123456789abcdef"[(static_cast<unsigned char>(c) >> shift) & 15];
  }
  return hex;
}

inline Bytes FromHex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

inline std::string Page() {
  std::ifstream file(LARDER_SOURCE_DIR "/docs/record-format.md");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// What stands between backquotes in the paragraph that begins with `begin`.
inline std::vector<std::string> ListIn(const std::string& page, const std::string& begin) {
  std::vector<std::string> words;
  const std::size_t from = page.find("\n" + begin + ", from ") + 1;
  const std::string paragraph = page.substr(from, page.find("\n\n", from) - from);
  for (std::size_t at = paragraph.find('`'); at != std::string::npos; at = paragraph.find('`', at)) {
    const std::size_t end = paragraph.find('`', at + 1);
    words.push_back(paragraph.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return words;
}

// The hex digits of the page's n-th code block.
inline Bytes Block(const std::string& page, int n) {
  std::size_t at = 0;
  for (int i = 0; i < 2 * n + 1; ++i) at = page.find("\n```\n", at) + 5;
  std::string hex;
  for (const char c : page.substr(at, page.find("```", at) - at)) {
    if (c != ' ' && c != '\n') hex += c;
  }
  return FromHex(hex);
}

// A value of form 3. The page's words for it are enough: no calendar of ours.
inline std::string TimeText(std::int64_t seconds, std::uint32_t nanoseconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%09u", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, nanoseconds);
  std::string whole(text);
  while (whole.back() == '0') whole.pop_back();
  if (whole.back() == '.') whole.pop_back();
  return whole + "Z";
}

inline std::map<std::string, std::string> Labels(const std::string& page, const Table& table, std::size_t field) {
  const auto names = ListIn(page, "Common names");
  std::map<std::string, std::string> labels;
  for (std::string_view rest = table.List(field); !rest.empty();) {
    const unsigned first = static_cast<unsigned char>(rest[0]);
    rest.remove_prefix(1);
    std::string name;
    if (first % 32 != 0) {
      name = names.at(first % 32 - 1);
    } else {
      name = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(name.size() + 1);
    }
    const unsigned form = first / 32;
    if (form == 3) {
      labels[name] = TimeText(At<std::int64_t>(rest, 0), At<std::uint32_t>(rest, 8));
      rest.remove_prefix(12);
      continue;
    }
    const std::size_t head = form == 1 ? 2 : 1;
    const std::size_t length = form == 1 ? At<std::uint16_t>(rest, 0) : static_cast<unsigned char>(rest[0]);
    const std::string_view bytes = rest.substr(head, length);
    labels[name] = form == 2 ? Hex(bytes) : std::string(bytes);
    rest.remove_prefix(head + length);
  }
  return labels;
}

// A row of a table of fields, as the page has it: number (or place), name, type, and of tables the value where absent.
struct Row {
  std::string number, name, type, absent;
};

inline std::vector<Row> RowsOf(const std::string& page, const std::string& heading) {
  std::vector<Row> rows;
  const std::size_t at = page.find("\n### " + heading + "\n");
  if (at == std::string::npos) return rows;
  std::istringstream lines(page.substr(at + 1, page.find("\n##", at + 4) - at - 1));
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream parts(line);
    for (std::string cell; std::getline(parts, cell, '|');) {
      const std::size_t from = cell.find_first_not_of(" `");
      cells.push_back(from == std::string::npos ? "" : cell.substr(from, cell.find_last_not_of(" `") + 1 - from));
    }
    if (cells.size() < 5 || cells[1].find_first_not_of("0123456789") != std::string::npos || cells[1].empty()) continue;
    rows.push_back({cells[1], cells[2], cells[3], cells[4]});
  }
  return rows;
}

}  // namespace from_the_page
