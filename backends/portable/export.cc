#include <optional>
#include <utility>

#include "larder/portable.h"
#include "larder/scan.h"

namespace larder {
namespace {

constexpr std::uint64_t kBetweenReports = 512;

}  // namespace

Result<ExportReport> ExportStore(Store& from, ByteSink& to, const ExportOptions& options) {
  LARDER_ASSIGN_OR_RETURN(auto writer, PortableWriter::Begin(to, options.now));
  ExportReport report;
  std::optional<Error> failed;
  auto scanned = ScanStore(from, {}, [&](const Key& key, std::span<const std::byte> record) {
    if (key.kind() == RecordKind::marker || key.kind() == RecordKind::lease) return ScanAction::go_on;
    ++report.read;
    const auto header = VerifyRecord(key, record);
    if (!header.has_value()) {
      ++(header.error().code == Errc::unsupported ? report.newer : report.broken);
    } else if (!IsLive(*header, options.now)) {
      ++report.expired;
    } else if (auto added = writer.Add(key, record); !added.has_value()) {
      failed = std::move(added).error();
      return ScanAction::stop;
    }
    if (options.progress && report.read % kBetweenReports == 0 && options.progress(report) == ScanAction::stop) {
      failed = Error{Errc::cancelled, "the export was stopped; no file is left"};
      return ScanAction::stop;
    }
    return ScanAction::go_on;
  });
  LARDER_RETURN_IF_ERROR(std::move(scanned));
  if (failed.has_value()) return std::unexpected<Error>(std::move(*failed));
  LARDER_ASSIGN_OR_RETURN(report.file, writer.Finish());
  return report;
}

Result<PortableInfo> CheckPortable(ByteSource& file, const std::function<ScanAction(const PortableInfo&)>& progress) {
  LARDER_RETURN_IF_ERROR(file.Rewind());
  LARDER_ASSIGN_OR_RETURN(auto reader, PortableReader::Begin(file));
  for (;;) {
    LARDER_ASSIGN_OR_RETURN(const auto records, reader.Next());
    if (records.empty()) return reader.info();
    if (progress && progress(reader.info()) == ScanAction::stop) {
      return Fail(Errc::cancelled, "stopped while the file was checked; nothing was written");
    }
  }
}

}  // namespace larder
