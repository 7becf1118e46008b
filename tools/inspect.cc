#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

#include "any_record.h"
#include "commands.h"
#include "failure.h"
#include "record_json.h"
#include "record_lines.h"
#include "rules_text.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

std::string Hex(std::uint64_t number, int digits) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%0*llx", digits, static_cast<unsigned long long>(number));
  return text.data();
}

std::string Hex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) text += Hex(static_cast<std::uint64_t>(byte), 2);
  return text;
}

// As hexdump -C shows it.
std::string HexDump(std::span<const std::byte> bytes) {
  constexpr std::size_t kLine = 16;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += kLine) {
    std::string hex, characters;
    for (std::size_t i = at; i < std::min(at + kLine, bytes.size()); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      hex += (i % (kLine / 2) == 0 ? "  " : " ") + Hex(byte, 2);
      characters += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
    }
    hex.resize(3 * kLine + 2, ' ');
    text += Hex(at, 4) + hex + "  |" + characters + "|\n";
  }
  return text;
}

std::uint64_t StoredChecksum(std::span<const std::byte> record) {
  std::uint64_t sum = 0;
  for (std::size_t i = std::min<std::size_t>(8, record.size()); i > 0; --i) {
    sum = (sum << 8U) | static_cast<std::uint64_t>(record[i - 1]);
  }
  return sum;
}

class Inspect final : public Command {
 public:
  explicit Inspect(Options& options) {
    options.Argument("what", what_, "REF|REPO|KEY",
                     "An image (name:tag), a repository (name), a digest (name@sha256:... or sha256:...), or a key of "
                     "48 hex digits");
    options.Choice("--kind", kind_, {"image", "repository", "manifest", "host", "lease", "marker"},
                   "Which record: host takes a registry's host, lease a repository, marker anything; image also "
                   "reads a name without a tag as latest");
    options.Flag("--raw", raw_, "The record's bytes too, in hex");
    options.Footer(
        "Shows the record as it is in the store, also where it is expired or damaged.\n"
        "Exit code 1: there is no such record, or it is damaged.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto key = KeyOfArgument();
    if (!key.has_value()) return Report(console, key.error());
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    RecordBuf buffer;
    if (auto got = (*store)->Get(*key, buffer); !got.has_value()) {
      if (got.error().code != Errc::not_found) return Report(console, got.error());
      return Report(
          console,
          Error{Errc::not_found, what_ + ": there is no " + std::string(RecordKindName(key->kind())) + " record of it"},
          "larder list shows the repositories, larder tags REPO what is known of one");
    }
    auto record = ReadAny(*key, buffer.bytes());
    if (common.json) {
      PrintJson(console, *key, buffer.bytes(), record);
    } else {
      Print(console, *key, buffer.bytes(), record);
    }
    if (record.has_value()) return Exit::yes;
    *console.err << "larder: " << what_ << ": the record is damaged: " << record.error().message << '\n';
    return Exit::no;
  }

 private:
  Result<Key> KeyOfArgument() const {
    if (kind_ == "marker") return Key::Marker();
    if (kind_ == "host") return Key::Host(what_);
    if (kind_.empty()) {
      if (auto key = Key::FromHex(what_); key.has_value()) return key;
      if (auto digest = Digest::Parse(what_); digest.has_value()) return Key::Manifest(*digest);
    }
    LARDER_ASSIGN_OR_RETURN(const auto ref, ImageRef::Parse(what_));
    const std::string name = ref.name().Canonical();
    if (kind_ == "lease") return Key::Lease(name);
    if (kind_ == "repository") return Key::Repository(name);
    if (kind_ == "manifest" && ref.digest().empty()) {
      return Fail(Errc::invalid_argument, what_ + " has no digest: --kind manifest takes name@sha256:...");
    }
    if (kind_ == "manifest" || (kind_.empty() && ref.tag().empty() && !ref.digest().empty())) {
      return Key::Manifest(ref.digest());
    }
    if (kind_ == "image" || !ref.tag().empty()) return Key::Image(name, ref.TagOrLatest());
    return Key::Repository(name);
  }

  void Print(const Console& console, const Key& key, std::span<const std::byte> bytes,
             const Result<AnyRecord>& record) const {
    NamedLines lines;
    if (record.has_value()) lines = LinesOf(*record, console.now);
    lines.emplace_back("kind", RecordKindName(key.kind()));
    lines.emplace_back("key", key.ToHex());
    const std::size_t header_bytes = std::min(bytes.size(), kRecordHeaderBytes);
    lines.emplace_back("record", Counted(bytes.size(), "byte", "bytes") + ": header " + std::to_string(header_bytes) +
                                     ", payload " + std::to_string(bytes.size() - header_bytes));
    if (auto header = ReadHeader(key, bytes); header.has_value()) {
      lines.emplace_back("format", std::to_string(header->format) + ", flags 0x" + Hex(header->flags, 4));
      lines.emplace_back("deadline", WithRelative(header->deadline, console.now));
      lines.emplace_back("expiry", WithRelative(header->expiry, console.now) +
                                       (IsLive(*header, console.now) ? "" : "  expired: readers do not see it"));
    }
    const bool good = VerifyRecord(key, bytes).has_value();
    lines.emplace_back("checksum", Hex(StoredChecksum(bytes), 16) + (good ? "  good" : "  WRONG"));
    if (record.has_value()) {
      if (const auto why = WhyDue(*record, console.now); !why.empty()) lines.emplace_back("why then", why);
      for (const auto& step : NextSteps(*record, console.now)) {
        lines.emplace_back("next", step.seen + ": " + step.follows);
      }
    }
    PrintLines(console, lines);
    if (raw_) *console.out << '\n' << HexDump(bytes);
  }

  void PrintJson(const Console& console, const Key& key, std::span<const std::byte> bytes,
                 const Result<AnyRecord>& record) const {
    std::string text;
    JsonWriter json(text, JsonWriter::Style::indented);
    json.Object();
    json.Text("Key", key.ToHex());
    json.Text("Kind", RecordKindName(key.kind()));
    json.Number("Bytes", bytes.size());
    if (auto header = ReadHeader(key, bytes); header.has_value()) {
      json.Number("Format", header->format);
      json.Number("Flags", header->flags);
      json.TimeIf("Deadline", header->deadline);
      json.TimeIf("Expiry", header->expiry);
      json.Bool("Expired", !IsLive(*header, console.now));
    }
    json.Text("Checksum", Hex(StoredChecksum(bytes), 16));
    json.Bool("ChecksumGood", VerifyRecord(key, bytes).has_value());
    if (record.has_value()) {
      json.TextIf("WhyThen", WhyDue(*record, console.now));
      json.Array("Next");
      for (const auto& step : NextSteps(*record, console.now)) {
        json.Object();
        json.Text("Seen", step.seen);
        json.Text("Follows", step.follows);
        json.End();
      }
      json.End();
      WriteRecord(json, *record, console.now, "Record");
    } else {
      json.Text("Broken", record.error().ToString());
    }
    if (raw_) json.Text("Raw", Hex(bytes));
    json.End();
    *console.out << text << '\n';
  }

  std::string what_, kind_;
  bool raw_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeInspect(Options& options) { return std::make_unique<Inspect>(options); }

}  // namespace larder::tool
