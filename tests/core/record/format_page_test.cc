// docs/record-format.md is enough to write a reader: format_page_reader.h is one. It comes first, so that nothing of
// Larder can help it.
#include "format_page_reader.h"

#include <gtest/gtest.h>

#include "larder/host_record.h"
#include "larder/image_record.h"
#include "larder/manifest_record.h"
#include "larder/marker.h"
#include "larder/repository_record.h"
#include "record/codes.h"

namespace larder {
namespace {

namespace page = from_the_page;

std::string Chars(std::span<const std::byte> bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// One of each form of a value, but for a long text.
Labels PageLabels() {
  return {{"org.opencontainers.image.version", "1.3.0"},
          {"org.opencontainers.image.created", "2025-10-18T08:53:20.5Z"},
          {"org.opencontainers.image.revision", "0123456789abcdef0123456789abcdef01234567"},
          {"team", "checkout"}};
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
  record.info.labels = PageLabels();
  record.info.label_times.created = Timestamp(1760777600, 500'000'000);
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
  EXPECT_EQ(image.Text(1), "ghcr.io/example/shop:v1.3.0");
  EXPECT_EQ(image.PlaceOf(3), 0u);  // the platform's digest is the tag's
  EXPECT_EQ(image.Number<std::int64_t>(4, -62135596800), 1760777600);
  EXPECT_EQ(image.Number<std::uint32_t>(5), 500'000'000u);
  EXPECT_EQ(image.PlaceOf(6), 0u);
  EXPECT_EQ(image.Text(11), "");
  const auto facts = image.Struct(0, 104);
  EXPECT_EQ(page::Hex(facts.substr(0, 32)), std::string(64, 'a'));
  EXPECT_EQ(page::Hex(facts.substr(32, 32)), std::string(64, 'b'));
  EXPECT_EQ(page::At<std::int64_t>(facts, 64), 1760777600);
  EXPECT_EQ(page::At<std::int64_t>(facts, 72), 1760800000000);
  EXPECT_EQ(page::At<std::int64_t>(facts, 80), 1760864000000);
  EXPECT_EQ(page::At<std::uint32_t>(facts, 88), 500'000'000u);
  EXPECT_EQ(page::At<std::uint32_t>(facts, 92), 7200u);
  EXPECT_EQ(page::At<std::uint16_t>(facts, 98), 2 + 4 + 8);
  EXPECT_EQ(facts[100], 1);
  EXPECT_EQ(page::ListIn(text, "Operating systems").at(static_cast<std::size_t>(facts[101])), "linux");
  EXPECT_EQ(page::ListIn(text, "Architectures").at(static_cast<std::size_t>(facts[102])), "arm64");
  EXPECT_EQ(page::ListIn(text, "Variants").at(static_cast<std::size_t>(facts[103])), "v8");
  const auto expected = PageLabels();
  EXPECT_EQ(page::Labels(text, image, 2), (std::map<std::string, std::string>(expected.begin(), expected.end())));
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsWhatFewImagesHave) {
  ImageRecord record = PageExample();
  record.info.platform_digest = Digest::Parse("sha256:" + std::string(64, 'd')).value();
  record.info.labels = {{"maintainer", std::string(300, 'm')}, {"team", ""}};
  record.info.label_times.build_date = Timestamp(1760777601, 0);
  record.info.annotation_created = Timestamp(1760777602, 7);
  record.last_error = "no route to host";
  record.failures = 3;
  record.gone_since = Timestamp(1760864000, 0).ToTime();
  const auto bytes = Chars(BuildImageRecord(record).value());

  ASSERT_TRUE(page::IsSound(page::ImageKey("ghcr.io/example/shop", "v1.3.0"), bytes));
  const page::Table image(std::string_view(bytes).substr(32));
  EXPECT_EQ(page::Hex(image.Struct(3, 32)), std::string(64, 'd'));
  EXPECT_EQ(page::At<std::uint16_t>(image.Struct(0, 104), 96), 3u);
  EXPECT_EQ(image.Number<std::int64_t>(6, -62135596800), 1760777601);
  EXPECT_EQ(image.Number<std::int64_t>(8, -62135596800), 1760777602);
  EXPECT_EQ(image.Number<std::uint32_t>(9), 7u);
  EXPECT_EQ(image.Text(10), "no route to host");
  EXPECT_EQ(image.Number<std::int64_t>(12), 1760864000000);
  const std::map<std::string, std::string> labels = {{"maintainer", std::string(300, 'm')}, {"team", ""}};
  EXPECT_EQ(page::Labels(page::Page(), image, 2), labels);
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsARepositoryAndItsTags) {
  RepositoryRecord record;
  record.name = ImageName::Parse("alpine").value();
  record.generation = 7;
  record.counts.tags = 150;
  record.counts.failing = 2;
  record.last_listed = Timestamp(1760864000, 0).ToTime();
  record.last_error = "no route to host";
  record.trouble = Trouble::tags;
  record.untold = {"a note"};
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
  EXPECT_EQ(state.Number<std::uint8_t>(14), 2);
  EXPECT_EQ(state.Texts(15), std::vector<std::string>{"a note"});

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

// The payload of what the page says is a record.
page::Table SoundPayload(const std::string& key, const std::string& record) {
  EXPECT_TRUE(page::IsSound(key, record)) << page::Hex(key);
  return page::Table(std::string_view(record).substr(32));
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsTheFactsOfAnImage) {
  ManifestFacts facts;
  facts.digest = Digest::Parse("sha512:" + std::string(128, 'c')).value();
  facts.kind = ManifestKind::schema2;
  facts.image_id = "sha256:" + std::string(64, 'b');
  facts.platform = Platform{"linux", "arm", "v7"};
  facts.created = Timestamp(1760777600, 500'000'000);
  facts.labels = {{"maintainer", "x"}, {"team", "checkout"}};
  facts.labels_truncated = true;
  const auto record = Chars(BuildManifestRecord(facts, Time{Duration{1'763'456'000'000}}).value());

  const auto manifest = SoundPayload(page::ManifestKey(page::FromHex(std::string(128, 'c'))), record);
  EXPECT_EQ(page::At<std::int64_t>(record, 24), 1'763'456'000'000);
  EXPECT_EQ(manifest.Text(0), facts.digest.ToString());
  EXPECT_EQ(manifest.Number<std::uint8_t>(1), 2);
  EXPECT_EQ(manifest.Number<std::uint16_t>(2), 1);
  EXPECT_TRUE(manifest.Structs(3, 48).empty());
  EXPECT_EQ(manifest.Text(6), facts.image_id);
  EXPECT_EQ(manifest.Text(7), "linux/arm/v7");
  EXPECT_EQ(manifest.Number<std::int64_t>(8, -62135596800), 1760777600);
  EXPECT_EQ(manifest.Number<std::uint32_t>(9), 500'000'000u);
  EXPECT_EQ(manifest.PlaceOf(10), 0u);  // no build date: not written
  const std::map<std::string, std::string> labels = {{"maintainer", "x"}, {"team", "checkout"}};
  EXPECT_EQ(page::Labels(page::Page(), manifest, 16), labels);
  EXPECT_EQ(manifest.Number<std::uint8_t>(17), 1);
  EXPECT_EQ(manifest.Text(18), "");
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsTheFactsOfAnIndex) {
  ManifestFacts facts;
  facts.digest = Digest::Parse("sha256:" + std::string(64, 'c')).value();
  facts.kind = ManifestKind::oci_index;
  facts.more_children = true;
  facts.annotation_created = Timestamp(1760777600, 0);
  facts.children.resize(3);
  facts.children[0].digest = Digest::Parse("sha256:" + std::string(64, 'd')).value();
  facts.children[0].platform = Platform{"linux", "arm64", "v8"};
  facts.children[0].size = 1234;
  facts.children[1].digest = Digest::Parse("sha256:" + std::string(64, 'e')).value();
  facts.children[1].platform = Platform{"plan9", "z80", ""};
  facts.children[2].digest = Digest::Parse("sha256:" + std::string(64, 'f')).value();
  facts.children[2].is_index = facts.children[2].is_attestation = facts.children[2].is_artifact = true;
  const auto record = Chars(BuildManifestRecord(facts, Time{}).value());

  const auto manifest = SoundPayload(page::ManifestKey(page::FromHex(std::string(64, 'c'))), record);
  EXPECT_EQ(manifest.Number<std::uint8_t>(1), 5);
  const auto children = manifest.Structs(3, 48);
  ASSERT_EQ(children.size(), 3u);
  EXPECT_EQ(page::Hex(children[0].substr(0, 32)), std::string(64, 'd'));
  EXPECT_EQ(page::At<std::uint64_t>(children[0], 32), 1234u);
  EXPECT_EQ(page::At<std::uint16_t>(children[0], 40), 0);
  const std::string text = page::Page();
  EXPECT_EQ(page::ListIn(text, "Operating systems").at(static_cast<std::size_t>(children[0][42])), "linux");
  EXPECT_EQ(page::ListIn(text, "Architectures").at(static_cast<std::size_t>(children[0][43])), "arm64");
  EXPECT_EQ(page::ListIn(text, "Variants").at(static_cast<std::size_t>(children[0][44])), "v8");
  EXPECT_EQ(page::At<std::uint16_t>(children[1], 40), 8);
  EXPECT_EQ(page::Hex(children[1].substr(0, 32)), std::string(64, '0'));
  EXPECT_EQ(manifest.Texts(4), std::vector<std::string>{"sha256:" + std::string(64, 'e') + " plan9/z80"});
  EXPECT_EQ(page::At<std::uint16_t>(children[2], 40), 1 + 2 + 4);
  EXPECT_EQ(manifest.Number<std::uint8_t>(5), 1);
  EXPECT_EQ(manifest.Number<std::int64_t>(8, -62135596800), -62135596800);
  EXPECT_EQ(manifest.Number<std::int64_t>(14, -62135596800), 1760777600);
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsWhatWasLearnedOfAHost) {
  HostRecord host;
  host.host = "registry.example.com:5000";
  host.rate = 12.5;
  host.cooldown_until = Time{Duration{1'700'000'000'000}};
  host.ban_until = Time{Duration{1'700'000'600'000}};
  host.pull_ban_until = Time{Duration{1'700'000'700'000}};
  host.no_head_until = Time{Duration{1'700'000'800'000}};
  host.page_size = 100;
  host.limit = 0;
  host.window = std::chrono::seconds(21600);
  host.seen = Time{Duration{1'700'000'900'000}};
  const auto record = Chars(BuildHostRecord(host).value());

  const auto table = SoundPayload(page::HostKey("registry.example.com:5000"), record);
  EXPECT_EQ(table.Text(0), "registry.example.com:5000");
  EXPECT_EQ(table.Number<std::uint64_t>(1), 12'500u);
  EXPECT_EQ(table.Number<std::int64_t>(2), 1'700'000'000'000);
  EXPECT_EQ(table.Number<std::int64_t>(3), 1'700'000'600'000);
  EXPECT_EQ(table.Number<std::int64_t>(4), 1'700'000'700'000);
  EXPECT_EQ(table.Number<std::int64_t>(5), 1'700'000'800'000);
  EXPECT_EQ(table.Number<std::uint32_t>(6), 100u);
  EXPECT_EQ(table.Number<std::int64_t>(7, -1), -1);
  EXPECT_EQ(table.Number<std::int64_t>(8, -1), 0);
  EXPECT_EQ(table.Number<std::uint32_t>(9), 21600u);
  EXPECT_EQ(table.Number<std::int64_t>(10), 1'700'000'900'000);
}

TEST(RecordFormatPage, AReaderWrittenFromItReadsALeaseAndTheMarker) {
  const LeaseRecord lease{"ghcr.io/example/shop", "host-1/4711", Time{Duration{1'700'000'060'000}}};
  const auto lease_record = Chars(BuildLeaseRecord(lease).value());
  const auto table = SoundPayload(page::LeaseKey("ghcr.io/example/shop"), lease_record);
  EXPECT_EQ(table.Text(0), "ghcr.io/example/shop");
  EXPECT_EQ(table.Text(1), "host-1/4711");
  EXPECT_EQ(page::At<std::int64_t>(lease_record, 24), 1'700'000'060'000);

  StoreMarker marker;
  marker.created = Time{Duration{1'700'000'000'000}};
  marker.last_collect = Time{Duration{1'700'000'500'000}};
  const auto marker_record = Chars(MakeMarker(marker));
  const auto store = SoundPayload(page::MarkerKey(), marker_record);
  EXPECT_EQ(store.Number<std::uint16_t>(0), 1);
  EXPECT_EQ(store.Number<std::int64_t>(1), 1'700'000'000'000);
  EXPECT_EQ(store.Number<std::int64_t>(2), 1'700'000'500'000);
  EXPECT_EQ(store.Number<std::int64_t>(3), 0);
}

// One field of core/record/larder.fbs: "name:type = default (required);  // why".
page::Row SchemaRow(const std::string& line, std::size_t number) {
  const std::string field = line.substr(0, line.find(';'));
  const auto colon = field.find(':');
  const auto name = field.find_first_not_of(' ');
  auto type = field.substr(colon + 1, field.find_first_of("=(", colon) - colon - 1);
  type.erase(type.find_last_not_of(' ') + 1);
  page::Row row{std::to_string(number), field.substr(name, colon - name), type, "0"};
  if (type == "string" || type.starts_with("[")) row.absent = "empty";
  if (const auto equals = field.find(" = "); equals != std::string::npos) row.absent = field.substr(equals + 3);
  if (field.find("(required)") != std::string::npos) row.absent = "never";
  return row;
}

std::size_t SizeOf(const std::string& type) {
  static const std::map<std::string, std::size_t> kSizes = {{"uint8", 1},  {"uint16", 2}, {"uint32", 4},
                                                            {"uint64", 8}, {"int64", 8},  {"[ubyte:32]", 32}};
  return kSizes.at(type);
}

std::string Words(const std::vector<page::Row>& rows) {
  std::string words;
  for (const auto& row : rows) words += row.number + " " + row.name + " " + row.type + " " + row.absent + "\n";
  return words;
}

TEST(RecordFormatPage, ItsTablesAreTheSchemas) {
  const std::string text = page::Page();
  std::ifstream schema(LARDER_SOURCE_DIR "/core/record/larder.fbs");
  std::vector<page::Row> rows;
  std::string heading;
  std::size_t place = 0;
  std::size_t compared = 0;
  for (std::string line; std::getline(schema, line);) {
    if (line.starts_with("table ") || line.starts_with("struct ")) {
      const bool table = line.starts_with("table ");
      const std::string name = line.substr(line.find(' ') + 1, line.find(" {") - line.find(' ') - 1);
      heading = (table ? "Table " : "Struct ") + name;
      rows.clear();
      place = 0;
    } else if (line.starts_with("  ") && heading.starts_with("Table")) {
      rows.push_back(SchemaRow(line, rows.size()));
    } else if (line.starts_with("  ")) {
      page::Row row = SchemaRow(line, 0);
      const std::size_t size = SizeOf(row.type);
      const std::size_t alignment = row.type.starts_with("[") ? 1 : size;
      place = (place + alignment - 1) / alignment * alignment;
      row.number = std::to_string(place);
      row.absent = "";
      place += size;
      rows.push_back(row);
    } else if (line == "}") {
      // The fourth cell of a struct's row is prose.
      auto on_page = page::RowsOf(text, heading);
      if (heading.starts_with("Struct")) {
        for (auto& row : on_page) row.absent = "";
      }
      EXPECT_EQ(Words(on_page), Words(rows)) << heading;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 10u);
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
