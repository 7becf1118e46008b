// Files that are cut, altered, of another version or no exports at all; and files on a disk.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "backends/portable/records.h"
#include "frame.h"
#include "larder/memory_store.h"
#include "larder/portable_file.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

// A small export: 5 frames' worth would be large, so few records, and the most of what a file has.
std::vector<std::byte> Small() {
  auto store = OpenMemoryStore().value();
  WriteBatch batch;
  for (int i = 0; i < 6; ++i) {
    const Key key = Key::Image("ghcr.io/a/b", "v" + std::to_string(i));
    batch.Put(key, RecordOf(key, 40, static_cast<unsigned>(i)));
  }
  EXPECT_TRUE(store->Write(batch, WriteOptions{kNow}).has_value());
  return Exported(*store);
}

Result<PortableInfo> Check(std::span<const std::byte> bytes) {
  MemorySource source(bytes, 100);
  return CheckPortable(source, {});
}

std::string ErrorOf(std::span<const std::byte> bytes) {
  const auto checked = Check(bytes);
  return checked.has_value() ? "" : checked.error().ToString();
}

TEST(PortableDamage, EverySingleFlippedBitIsTold) {
  auto bytes = Small();
  ASSERT_TRUE(Check(bytes).has_value());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    ASSERT_FALSE(Check(bytes).has_value()) << "bit " << bit;
    bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  }
}

TEST(PortableDamage, EveryCutIsToldWithItsPlace) {
  const auto bytes = ExportOf(1'000);
  for (std::size_t size = 0; size < bytes.size(); size += size < 150 ? 1 : 2'003) {
    const std::string error = ErrorOf(std::span(bytes).first(size));
    ASSERT_NE(error, "") << size;
    if (size >= portable::kHeadBytes) {
      EXPECT_NE(error.find("cut: it ends at byte " + std::to_string(size) + ","), std::string::npos) << error;
      EXPECT_NE(error.find("after record "), std::string::npos) << error;
    }
  }
  EXPECT_EQ(ErrorOf(std::span(bytes).first(bytes.size() - 1)),
            "corruption: cut: it ends at byte " + std::to_string(bytes.size() - 1) + ", in the frame at byte " +
                std::to_string(bytes.size() - portable::kFrameHeadBytes - portable::kEndBytes) +
                ", after record 1008; a whole export ends with its counts");
}

TEST(PortableDamage, WhatWasAddedRemovedOrMovedIsTold) {
  const auto bytes = ExportOf(1'500);
  const auto frame_at = [&](std::size_t at) {
    return portable::ReadFrameHead(std::span(bytes).subspan(at).first<portable::kFrameHeadBytes>());
  };
  const std::size_t first = portable::kHeadBytes;
  const std::size_t second = first + portable::kFrameHeadBytes + frame_at(first).payload_bytes;
  const std::size_t third = second + portable::kFrameHeadBytes + frame_at(second).payload_bytes;
  ASSERT_LT(third, bytes.size());
  const auto join = [&](std::initializer_list<std::pair<std::size_t, std::size_t>> parts) {
    std::vector<std::byte> joined;
    for (const auto& [from, to] : parts) {
      joined.insert(joined.end(), bytes.begin() + static_cast<std::ptrdiff_t>(from),
                    bytes.begin() + static_cast<std::ptrdiff_t>(to));
    }
    return joined;
  };
  const std::size_t end = bytes.size();
  const std::string place = "altered: the frame at byte " + std::to_string(second) + ", after record 512";
  EXPECT_NE(ErrorOf(join({{0, second}, {third, end}})).find(place), std::string::npos) << "a frame less";
  EXPECT_NE(ErrorOf(join({{0, second}, {first, end}})).find(place), std::string::npos) << "a frame twice";
  EXPECT_NE(ErrorOf(join({{0, first}, {second, third}, {first, second}, {third, end}})), "") << "two swapped";
  EXPECT_NE(ErrorOf(join({{0, end}, {0, 1}})).find("something follows its end"), std::string::npos);
}

TEST(PortableDamage, OtherFilesAndOtherVersionsAreToldApart) {
  const auto as_bytes = [](std::string_view text) {
    return std::vector<std::byte>(reinterpret_cast<const std::byte*>(text.data()),
                                  reinterpret_cast<const std::byte*>(text.data()) + text.size());
  };
  EXPECT_EQ(ErrorOf({}), "corruption: not an export of Larder: it is empty");
  EXPECT_NE(ErrorOf(as_bytes(std::string(100, 'x'))).find("not an export of Larder"), std::string::npos);
  EXPECT_NE(ErrorOf(as_bytes("{}")).find("2 bytes"), std::string::npos);
  PortableInfo info;
  info.version = kPortableVersion + 1;
  const auto head = portable::MakeHead(info);
  EXPECT_EQ(ErrorOf(head).substr(0, 48), "unsupported: written by a newer release of Larde");
  EXPECT_NE(ErrorOf(head).find("file version 2"), std::string::npos);
}

// Sums that are right for bytes that are wrong: what somebody makes by hand.
TEST(PortableDamage, ARecordThatFailsItsOwnCheckIsRefusedWithItsNumberAndPlace) {
  MemorySink sink;
  auto writer = PortableWriter::Begin(sink, kNow).value();
  const Key good = Key::Image("ghcr.io/a/b", "1");
  ASSERT_TRUE(writer.Add(good, RecordOf(good, 40, 1)).has_value());
  ASSERT_TRUE(writer.Add(Key::Image("ghcr.io/a/b", "2"), RecordOf(good, 40, 1)).has_value());
  ASSERT_TRUE(writer.Finish().has_value());
  const std::size_t at = portable::kHeadBytes + portable::kFrameHeadBytes + portable::kRecordHeadBytes + 72;
  EXPECT_NE(ErrorOf(sink.bytes).find("has a wrong record 2 at byte " + std::to_string(at)), std::string::npos)
      << ErrorOf(sink.bytes);
}

TEST(PortableFiles, AFileAppearsWhenItIsWholeOrNotAtAll) {
  const TempDir dir;
  const fs::path path = dir / "backup.larder";
  const auto bytes = Small();
  {
    auto sink = FileSink::Create(path).value();
    ASSERT_TRUE(sink->Write(bytes).has_value());
    EXPECT_FALSE(fs::exists(path));
  }
  EXPECT_TRUE(fs::is_empty(dir.path())) << "a temporary file is left";
  std::ofstream(path) << "old";
  ::chmod(path.c_str(), 0640);
  auto sink = FileSink::Create(path).value();
  ASSERT_TRUE(sink->Write(bytes).has_value());
  EXPECT_EQ(fs::file_size(path), 3U);
  ASSERT_TRUE(sink->Commit().has_value());
  EXPECT_EQ(fs::file_size(path), bytes.size());
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0640));
  auto source = FileSource::Open(path).value();
  EXPECT_TRUE(CheckPortable(*source, {}).has_value());
}

TEST(PortableFiles, ErrorsNameThePath) {
  const TempDir dir;
  EXPECT_EQ(FileSource::Open(dir / "none").error().code, Errc::not_found);
  EXPECT_EQ(FileSource::Open(dir.path()).error().code, Errc::invalid_argument);
  EXPECT_EQ(FileSink::Create(dir.path()).error().code, Errc::invalid_argument);
  const auto none = FileSink::Create(dir / "none" / "x");
  EXPECT_NE(none.error().message.find((dir / "none" / "x").string()), std::string::npos);
  // A full disk.
  auto full = FileSink::Create("/dev/full");
  if (!full.has_value()) return;
  EXPECT_EQ((*full)->Write(Small()).error().code, Errc::unavailable);
}

TEST(PortableFiles, APipeIsKeptSoThatItCanBeReadTwice) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto bytes = ExportOf(1'000);
  std::thread writer([&] {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t wrote = ::write(ends[1], bytes.data() + at, bytes.size() - at);
      if (wrote <= 0) break;
      at += static_cast<std::size_t>(wrote);
    }
    ::close(ends[1]);
  });
  auto source = FileSource::Spool(ends[0], [] { return false; });
  writer.join();
  ::close(ends[0]);
  ASSERT_TRUE(source.has_value());
  const auto first = CheckPortable(**source, {});
  ASSERT_TRUE(first.has_value()) << first.error().ToString();
  EXPECT_EQ(CheckPortable(**source, {})->records, first->records);
}

}  // namespace
}  // namespace larder::testing
