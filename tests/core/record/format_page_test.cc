// docs/record-format.md is enough to write a reader: here is one, written from the page alone. It uses no header of
// Larder and no generated code.
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
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

Bytes BigEndian(XXH64_hash_t hash) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, hash);
  return Bytes(reinterpret_cast<const char*>(canonical.digest), sizeof(canonical.digest));
}

Bytes RepositoryPrefix(char kind, std::string_view name) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(name.data(), name.size()));
  return Bytes{kind, 1} + Bytes(reinterpret_cast<const char*>(canonical.digest), 14);
}
Bytes ImageKey(std::string_view name, std::string_view tag) {
  return RepositoryPrefix(3, name) + BigEndian(XXH3_64bits(tag.data(), tag.size()));
}
Bytes RepositoryKey(std::string_view name) { return RepositoryPrefix(1, name) + Bytes(8, 0); }

bool IsSound(std::string_view key, std::string_view record) {
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
  T Number(std::size_t field) const {
    return PlaceOf(field) == 0 ? T{} : At<T>(bytes_, PlaceOf(field));
  }
  std::string Text(std::size_t field) const { return PlaceOf(field) == 0 ? "" : TextAt(PlaceOf(field)); }
  std::vector<std::string> Texts(std::size_t field) const {
    std::vector<std::string> texts;
    if (PlaceOf(field) == 0) return texts;
    const std::size_t list = PlaceOf(field) + At<std::uint32_t>(bytes_, PlaceOf(field));
    for (std::size_t i = 0; i < At<std::uint32_t>(bytes_, list); ++i) texts.push_back(TextAt(list + 4 + 4 * i));
    return texts;
  }
  std::string_view Struct(std::size_t field, std::size_t size) const { return bytes_.substr(PlaceOf(field), size); }

 private:
  std::string TextAt(std::size_t place) const {
    const std::size_t text = place + At<std::uint32_t>(bytes_, place);
    return std::string(bytes_.substr(text + 4, At<std::uint32_t>(bytes_, text)));
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t vtable_ = 0;
};

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    for (const int shift : {4, 0}) hex += "0123456789abcdef"[(static_cast<unsigned char>(c) >> shift) & 15];
  }
  return hex;
}

Bytes FromHex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string Page() {
  std::ifstream file(LARDER_SOURCE_DIR "/docs/record-format.md");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// What stands between backquotes in the paragraph that begins with `begin`.
std::vector<std::string> ListIn(const std::string& page, const std::string& begin) {
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
Bytes Block(const std::string& page, int n) {
  std::size_t at = 0;
  for (int i = 0; i < 2 * n + 1; ++i) at = page.find("\n```\n", at) + 5;
  std::string hex;
  for (const char c : page.substr(at, page.find("```", at) - at)) {
    if (c != ' ' && c != '\n') hex += c;
  }
  return FromHex(hex);
}

std::map<std::string, std::string> Labels(const std::string& page, const Table& image) {
  const auto names = ListIn(page, "Common names");
  std::map<std::string, std::string> labels;
  for (const auto& text : image.Texts(3)) {
    const auto first = static_cast<std::size_t>(static_cast<unsigned char>(text[0]));
    if (first < 32) {
      labels[names.at(first - 1)] = text.substr(1);
    } else {
      labels[text.substr(0, text.find('\0'))] = text.substr(text.find('\0') + 1);
    }
  }
  return labels;
}

}  // namespace from_the_page

// Larder from here on.
#include "larder/image_record.h"
#include "larder/repository_record.h"
#include "record/codes.h"

namespace larder {
namespace {

namespace page = from_the_page;

std::string Chars(std::span<const std::byte> bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

ImageRecord PageExample() {
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id = ImageRef::Parse("ghcr.io/example/shop:v1.3.0").value();
  record.info.digest = record.info.platform_digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
  record.info.image_id = "sha256:" + std::string(64, 'b');
  record.info.created_at = Timestamp(1760777600, 500'000'000);
  record.info.first_seen = Timestamp(1760800000, 0);
  record.info.last_fetched = Timestamp(1760864000, 0).ToTime();
  record.info.platform = Platform{"linux", "arm64", "v8"};
  record.info.labels = {{"org.opencontainers.image.version", "1.3.0"}, {"team", "checkout"}};
  record.interval = std::chrono::hours(2);
  record.deadline = Timestamp(1760871200, 0).ToTime();
  record.expiry = Timestamp(1763456000, 0).ToTime();
  return record;
}

TEST(RecordFormatPage, ItsExampleIsWhatIsWrittenToday) {
  EXPECT_EQ(page::Hex(Chars(KeyOf(PageExample()).bytes())), page::Hex(page::Block(page::Page(), 0)));
  EXPECT_EQ(page::Hex(Chars(BuildImageRecord(PageExample()).value())), page::Hex(page::Block(page::Page(), 1)));
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsItsExample) {
  const std::string text = page::Page();
  const auto key = page::Block(text, 0);
  const auto record = page::Block(text, 1);
  EXPECT_EQ(page::Hex(page::ImageKey("ghcr.io/example/shop", "v1.3.0")), page::Hex(key));
  ASSERT_TRUE(page::IsSound(key, record));
  EXPECT_EQ(page::At<std::uint16_t>(record, 14), 1);
  EXPECT_EQ(page::At<std::int64_t>(record, 16), 1760871200000);
  EXPECT_EQ(page::At<std::int64_t>(record, 24), 1763456000000);

  const page::Table image(std::string_view(record).substr(32));
  EXPECT_EQ(image.Text(1), "ghcr.io/example/shop");
  EXPECT_EQ(image.Text(2), "v1.3.0");
  EXPECT_EQ(image.Text(4), "");
  const auto facts = image.Struct(0, 184);
  EXPECT_EQ(page::Hex(facts.substr(0, 32)), std::string(64, 'a'));
  EXPECT_EQ(page::Hex(facts.substr(64, 32)), std::string(64, 'b'));
  EXPECT_EQ(page::At<std::int64_t>(facts, 96), 1760777600);
  EXPECT_EQ(page::At<std::uint32_t>(facts, 152), 500'000'000u);
  EXPECT_EQ(page::At<std::int64_t>(facts, 104), -62135596800);
  EXPECT_EQ(page::At<std::int64_t>(facts, 128), 1760800000000);
  EXPECT_EQ(page::At<std::int64_t>(facts, 136), 1760864000000);
  EXPECT_EQ(page::At<std::uint32_t>(facts, 168), 7200u);
  EXPECT_EQ(page::At<std::uint16_t>(facts, 174), 2 + 4 + 16);
  EXPECT_EQ(facts[176], 1);
  EXPECT_EQ(page::ListIn(text, "Operating systems").at(static_cast<std::size_t>(facts[177])), "linux");
  EXPECT_EQ(page::ListIn(text, "Architectures").at(static_cast<std::size_t>(facts[178])), "arm64");
  EXPECT_EQ(page::ListIn(text, "Variants").at(static_cast<std::size_t>(facts[179])), "v8");
  const std::map<std::string, std::string> labels = {{"org.opencontainers.image.version", "1.3.0"},
                                                     {"team", "checkout"}};
  EXPECT_EQ(page::Labels(text, image), labels);
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsARepositoryAndItsTags) {
  RepositoryRecord record;
  record.name = ImageName::Parse("alpine").value();
  record.generation = 7;
  record.counts.tags = 150;
  record.counts.failing = 2;
  record.last_listed = Timestamp(1760864000, 0).ToTime();
  record.last_error = "no route to host";
  std::vector<std::string> tags;
  for (int i = 100; i < 250; ++i) tags.push_back("v" + std::to_string(i));
  WriteBatch batch;
  record.blocks = PutTagBlocks(batch, record.name.Canonical(), record.generation, tags, Time{}).value();

  const auto key = page::RepositoryKey("index.docker.io/library/alpine");
  const auto bytes = Chars(BuildRepositoryRecord(record).value());
  ASSERT_TRUE(page::IsSound(key, bytes));
  const page::Table state(std::string_view(bytes).substr(32));
  EXPECT_EQ(state.Text(0), "index.docker.io/library/alpine");
  EXPECT_EQ(state.Number<std::uint32_t>(1), 7u);
  EXPECT_EQ(state.Number<std::uint32_t>(2), batch.size());
  EXPECT_EQ(state.Number<std::uint32_t>(3), 150u);
  EXPECT_EQ(state.Number<std::uint32_t>(4), 0u);
  EXPECT_EQ(state.Number<std::uint32_t>(6), 2u);
  EXPECT_EQ(state.Number<std::int64_t>(10), 1760864000000);
  EXPECT_EQ(state.Text(12), "no route to host");

  std::vector<std::string> read;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::string block_key = page::RepositoryPrefix(2, "index.docker.io/library/alpine") + std::string(8, 0);
    block_key[19] = 7;
    block_key[23] = static_cast<char>(i);
    const auto block = Chars(batch.ops()[i].record);
    EXPECT_EQ(Chars(batch.ops()[i].key.bytes()), block_key);
    ASSERT_TRUE(page::IsSound(block_key, block));
    for (auto& tag : page::Table(std::string_view(block).substr(32)).Texts(3)) read.push_back(std::move(tag));
  }
  EXPECT_EQ(read, tags);
}

TEST(RecordFormatPage, ItsCodesAreTheCodes) {
  const std::string text = page::Page();
  const auto names = page::ListIn(text, "Common names");
  ASSERT_EQ(names.size(), 31u);
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(record::LabelCode(names[i]), i + 1) << names[i];
  const auto systems = page::ListIn(text, "Operating systems");
  const auto architectures = page::ListIn(text, "Architectures");
  const auto variants = page::ListIn(text, "Variants");
  for (std::uint8_t code = 0; code < 40; ++code) {
    const Platform platform = record::DecodePlatform({code, code, code});
    EXPECT_EQ(platform.os, code < systems.size() ? systems[code] : "");
    EXPECT_EQ(platform.architecture, code < architectures.size() ? architectures[code] : "");
    EXPECT_EQ(platform.variant, code < variants.size() ? variants[code] : "");
  }
}

}  // namespace
}  // namespace larder
