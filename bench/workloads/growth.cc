#include "workloads/growth.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "images/image_set.h"
#include "images/made_image.h"
#include "larder/open_store.h"
#include "refresh/schedule.h"
#include "workloads/fill.h"
#include "workloads/pick.h"
#include "workloads/runner.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMapBytesAnImage = 1500;  // room for what is measured, with what is copied while writing
constexpr std::uint64_t kLeastMapBytes = std::uint64_t{64} << 20;
constexpr int kLooks = 100'000;

void MeasureSchedule(const ImageSet& images, GrowthPoint& point) {
  refresh::Schedule schedule;
  Random random(1);
  for (std::uint64_t repository = 0; repository < images.repositories(); ++repository) {
    const auto range = images.ImagesOf(repository);
    std::vector<refresh::TagDue> tags(range.end - range.begin);
    for (auto& tag : tags) {
      tag.item = random.Next();
      tag.due_ms =
          (kNow + std::chrono::hours(1) + std::chrono::seconds(random.Below(86400))).time_since_epoch().count();
    }
    schedule.Put(images.NameOf(repository).Canonical(), kNow + std::chrono::hours(24), std::move(tags));
  }
  std::uint64_t due = 0;
  const auto begin = Clock::now();
  for (int i = 0; i < kLooks; ++i) {
    due +=
        schedule.Take(kNow + std::chrono::milliseconds(i), [](std::string_view) { return true; }).has_value() ? 1 : 0;
    due += schedule.NextAfter(kNow).has_value() ? 0 : 1;
  }
  const std::chrono::duration<double, std::nano> taken = Clock::now() - begin;
  point.schedule_idle_ns = due == 0 ? taken.count() / kLooks : -1;
  point.schedule_bytes = static_cast<double>(schedule.bytes()) / static_cast<double>(images.size());
}

Result<void> MeasureStore(const ImageSet& images, const std::string& url, const WorkloadConfig& config,
                          GrowthPoint& point) {
  LARDER_ASSIGN_OR_RETURN(const auto store, OpenStore(url));
  Histogram fill;
  LARDER_RETURN_IF_ERROR(FillStore(*store, images, config.batch, fill));
  const OpenSubject open = [&] { return std::make_unique<LarderSubject>(*store, images); };
  const auto reads = RunReads(config, images, open);
  const auto scans = RunScans(config, images, open);
  if (reads.wrong + reads.missing + scans.wrong != 0) return Fail(Errc::corruption, "growth: wrong answers");
  point.read_ns = static_cast<double>(reads.latency.At(0.5));
  point.read_p99_ns = static_cast<double>(reads.latency.At(0.99));
  point.scan_ns = 1e9 / scans.ItemsPerSecond();
  point.memory_bytes = static_cast<double>(reads.memory_bytes);
  LARDER_ASSIGN_OR_RETURN(const auto stats, store->Stats());
  point.disk_bytes = static_cast<double>(stats.file_bytes) / static_cast<double>(images.size());
  return {};
}

}  // namespace

Result<GrowthPoint> MeasureGrowth(std::uint64_t images, std::uint64_t seed, const std::filesystem::path& directory) {
  GrowthPoint point;
  point.images = images;
  const ImageSet set = ImageSet::OfficialLike(images, seed);
  WorkloadConfig config;
  config.seed = seed;
  config.seconds = 2;
  const auto path = directory / ("growth-" + std::to_string(images));
  const std::string url =
      "lmdb:" + path.string() + "?max_bytes=" + std::to_string(std::max(kLeastMapBytes, images * kMapBytesAnImage));
  auto measured = MeasureStore(set, url, config, point);
  if (measured.has_value()) {
    auto restarts = RunRestarts(config, set, url);
    if (restarts.has_value()) {
      point.start_ms = static_cast<double>(restarts->latency.At(0.5)) / 1e6;
    } else {
      measured = std::unexpected<Error>(std::move(restarts).error());
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  LARDER_RETURN_IF_ERROR(std::move(measured));
  MeasureSchedule(set, point);
  return point;
}

std::vector<std::string> TableOf(const std::vector<GrowthPoint>& points) {
  std::vector<std::string> lines;
  char line[200];
  std::snprintf(line, sizeof line, "%10s %9s %9s %12s %14s %14s %9s %9s %11s", "images", "read ns", "p99 ns",
                "scan ns/tag", "idle look ns", "schedule B/tag", "start ms", "own MB", "disk B/tag");
  lines.emplace_back(line);
  for (const auto& p : points) {
    std::snprintf(line, sizeof line, "%10llu %9.0f %9.0f %12.0f %14.0f %14.1f %9.2f %9.1f %11.0f",
                  static_cast<unsigned long long>(p.images), p.read_ns, p.read_p99_ns, p.scan_ns, p.schedule_idle_ns,
                  p.schedule_bytes, p.start_ms, p.memory_bytes / 1e6, p.disk_bytes);
    lines.emplace_back(line);
  }
  return lines;
}

std::string JsonOf(const std::vector<GrowthPoint>& points) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const auto& p : points) {
    array.push_back({{"images", p.images},
                     {"read_ns", p.read_ns},
                     {"read_p99_ns", p.read_p99_ns},
                     {"scan_ns", p.scan_ns},
                     {"schedule_idle_ns", p.schedule_idle_ns},
                     {"schedule_bytes", p.schedule_bytes},
                     {"start_ms", p.start_ms},
                     {"memory_bytes", p.memory_bytes},
                     {"disk_bytes", p.disk_bytes}});
  }
  return array.dump(1);
}

}  // namespace larder::bench
