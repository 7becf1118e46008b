#include "larder/repository_record.h"

#include "record/payload.h"

namespace larder {

namespace {

using Texts = flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>>;

Texts PutUntold(flatbuffers::FlatBufferBuilder& builder, const std::vector<std::string>& untold) {
  std::vector<flatbuffers::Offset<flatbuffers::String>> texts;
  std::size_t room = kMaxUntoldBytes;
  for (const auto& text : untold) {
    if (text.size() + kUntoldOverhead > room) break;
    room -= text.size() + kUntoldOverhead;
    texts.push_back(builder.CreateString(text));
  }
  return texts.empty() ? Texts() : builder.CreateVector(texts);
}

}  // namespace

Key KeyOf(const RepositoryRecord& record) { return Key::Repository(record.name.Canonical()); }

Result<std::vector<std::byte>> BuildRepositoryRecord(const RepositoryRecord& from) {
  const std::string name = from.name.Canonical();
  flatbuffers::FlatBufferBuilder builder(1024);
  const auto name_text = builder.CreateString(name);
  const auto error = record::Text(builder, record::Cut(from.last_error, kMaxReasonBytes));
  const auto untold = PutUntold(builder, from.untold);
  builder.Finish(fb::CreateRepository(
      builder, name_text, from.generation, from.blocks, from.counts.tags, from.counts.known, from.counts.pending,
      from.counts.failing, from.skipped, from.pages, from.failures, record::ToMs(from.last_listed),
      record::ToMs(from.last_error_at), error, from.full, static_cast<std::uint8_t>(from.trouble), untold));
  RecordHeader header;
  header.kind = RecordKind::repository;
  header.deadline = from.deadline;
  header.expiry = from.expiry;
  return record::Finish(Key::Repository(name), header, builder);
}

namespace {

// Everything but the name.
RepositoryRecord StateOf(const fb::Repository& root, const RecordHeader& header) {
  RepositoryRecord state;
  state.generation = root.generation();
  state.blocks = root.blocks();
  state.counts.tags = root.tags();
  state.counts.known = root.known();
  state.counts.pending = root.pending();
  state.counts.failing = root.failing();
  state.skipped = root.skipped();
  state.pages = root.pages();
  state.failures = root.failures();
  state.last_listed = record::ToTime(root.last_listed_ms());
  state.last_error_at = record::ToTime(root.last_error_ms());
  state.last_error = record::View(root.last_error());
  state.full = root.full();
  if (root.trouble() <= static_cast<std::uint8_t>(Trouble::tags)) state.trouble = static_cast<Trouble>(root.trouble());
  if (const auto* untold = root.untold(); untold != nullptr) {
    for (const auto* text : *untold) state.untold.emplace_back(record::View(text));
  }
  state.deadline = header.deadline;
  state.expiry = header.expiry;
  return state;
}

std::unexpected<Error> AnotherRepository() { return Fail(Errc::corruption, "a record of another repository"); }

}  // namespace

Result<RepositoryRecord> ReadRepositoryRecord(const Key& key, std::string_view name, std::span<const std::byte> bytes) {
  auto header = record::VerifyWhole<fb::Repository>(key, bytes);
  if (!header.has_value()) return std::unexpected<Error>(std::move(header).error());
  const auto& root = record::RootOf<fb::Repository>(bytes);
  const auto stored = record::View(root.name());
  if (Key::Repository(stored) != key || (!name.empty() && stored != name)) return AnotherRepository();
  auto parsed = ImageName::Parse(stored);
  if (!parsed.has_value()) return Fail(Errc::corruption, "a repository record with a name that is none");
  RepositoryRecord state = StateOf(root, *header);
  state.name = std::move(*parsed);
  return state;
}

Result<RepositoryRecord> ReadRepositoryRecord(const ImageName& name, const CanonicalName& canonical, const Key& key,
                                              std::span<const std::byte> bytes) {
  auto header = record::VerifyWhole<fb::Repository>(key, bytes);
  if (!header.has_value()) return std::unexpected<Error>(std::move(header).error());
  const auto& root = record::RootOf<fb::Repository>(bytes);
  if (record::View(root.name()) != canonical.view()) return AnotherRepository();
  RepositoryRecord state = StateOf(root, *header);
  state.name = name;
  return state;
}

}  // namespace larder
