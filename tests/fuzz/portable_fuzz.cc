// A portable file of anything: it is read or refused, and what is read is what its counts say.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "backends/portable/memory_streams.h"
#include "frame.h"
#include "larder/portable_file.h"
#include "larder/record.h"

namespace {

// The checksums made right, so that what lies behind them is reached: the head's, then each frame's in turn.
void Mend(std::vector<std::byte>& bytes) {
  using namespace larder::portable;
  if (bytes.size() < kHeadBytes) return;
  larder::PortableInfo info;
  const auto head = MakeHead(info);
  std::ranges::copy(head, bytes.begin());
  std::uint64_t chain = ChecksumOfHead(head);
  for (std::size_t at = kHeadBytes; at + kFrameHeadBytes <= bytes.size();) {
    const auto frame = std::span(bytes).subspan(at).first<kFrameHeadBytes>();
    const FrameHead said = ReadFrameHead(frame);
    if (said.payload_bytes > bytes.size() - at - kFrameHeadBytes) return;
    const auto payload = std::span(bytes).subspan(at + kFrameHeadBytes, said.payload_bytes);
    chain = ChecksumOfFrame(frame, payload, chain);
    for (std::size_t i = 0; i < 8; ++i) frame[kFrameHeadBytes - 8 + i] = static_cast<std::byte>(chain >> (8 * i));
    at += kFrameHeadBytes + said.payload_bytes;
  }
}

void ReadAll(std::span<const std::byte> bytes) {
  larder::testing::MemorySource source(bytes);
  auto reader = larder::PortableReader::Begin(source);
  if (!reader.has_value()) return;
  std::uint64_t records = 0;
  for (;;) {
    const auto frame = reader->Next();
    if (!frame.has_value()) return;
    if (frame->empty()) break;
    records += frame->size();
    for (const auto& record : *frame) {
      if (!larder::VerifyRecord(record.key, record.bytes).has_value()) std::abort();
    }
  }
  if (records != reader->info().records || reader->info().bytes != bytes.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data),
                               reinterpret_cast<const std::byte*>(data) + size);
  ReadAll(bytes);
  Mend(bytes);
  ReadAll(bytes);
  return 0;
}
