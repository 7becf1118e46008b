#include "larder/glob.h"
#include "larder/instrumented_registry.h"
#include "larder/label_timestamps.h"
#include "larder/registry.h"

namespace larder {
namespace {

std::unexpected<Error> Disabled() {
  return Fail(Errc::unsupported, "image metadata is not looked up: scanning is disabled in this host's configuration");
}

template <class Fn>
auto Timed(const ReadObserver& observer, std::string_view method, Fn ask) {
  const auto begin = std::chrono::steady_clock::now();
  auto result = ask();
  if (observer) observer(method, result.has_value(), std::chrono::steady_clock::now() - begin);
  return result;
}

}  // namespace

Result<RepositoryMetadata> DisabledRegistry::GetImageRepositoryMetadata(const ImageName&) { return Disabled(); }
Result<ImageInfo> DisabledRegistry::GetImage(const ImageRef&) { return Disabled(); }

void UseLabelTimestamp(ImageInfo& info) {
  if (!info.label_times.created.IsNone()) {
    info.created_at = info.label_times.created;
  } else if (!info.label_times.build_date.IsNone()) {
    info.created_at = info.label_times.build_date;
  }
}

bool LabelTimestampRegistry::Applies(const ImageName& name) const { return AnyGlobMatches(globs_, name.Canonical()); }

Result<RepositoryMetadata> LabelTimestampRegistry::GetImageRepositoryMetadata(const ImageName& name) {
  auto metadata = next_.GetImageRepositoryMetadata(name);
  if (metadata.has_value() && Applies(name)) {
    for (auto& [tag, info] : metadata->images) UseLabelTimestamp(info);
  }
  return metadata;
}

Result<ImageInfo> LabelTimestampRegistry::GetImage(const ImageRef& ref) {
  auto info = next_.GetImage(ref);
  if (info.has_value() && Applies(ref.name())) UseLabelTimestamp(*info);
  return info;
}

Result<RepositoryMetadata> InstrumentedRegistry::GetImageRepositoryMetadata(const ImageName& name) {
  return Timed(observer_, "GetImageRepositoryMetadata", [&] { return next_.GetImageRepositoryMetadata(name); });
}

Result<ImageInfo> InstrumentedRegistry::GetImage(const ImageRef& ref) {
  return Timed(observer_, "GetImage", [&] { return next_.GetImage(ref); });
}

}  // namespace larder
