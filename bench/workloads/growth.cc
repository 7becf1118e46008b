#include "workloads/growth.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "images/image_set.h"
#include "images/made_image.h"
#include "larder/open_store.h"
#include "refresh/schedule.h"
#include "spread.h"
#include "workloads/apart.h"
#include "workloads/fill.h"
#include "workloads/pick.h"
#include "workloads/runner.h"
#include "workloads/session.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLooks = 20'000;  // a round

refresh::Schedule ScheduleOf(const ImageSet& images) {
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
  return schedule;
}

GrowthFigure MeasureSchedule(const ImageSet& images) {
  refresh::Schedule schedule = ScheduleOf(images);
  std::uint64_t due = 0;
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Clock::now();
    for (int i = 0; i < kLooks; ++i) {
      const auto taken = schedule.Take(kNow + std::chrono::milliseconds(i), [](std::string_view) { return true; });
      due += taken.has_value() ? 1 : 0;
      due += schedule.NextAfter(kNow).has_value() ? 0 : 1;
    }
    rounds.push_back(std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / kLooks);
  }
  return {due == 0 ? MedianOf(rounds) : -1, SpreadOf(rounds), static_cast<double>(schedule.bytes())};
}

GrowthFigure FigureOf(const Measured& measured, double ns) {
  return {ns, measured.spread, static_cast<double>(measured.memory_bytes)};
}

Result<Measured> CheckedReads(const WorkloadConfig& config, const ImageSet& images, const std::string& url, Work work) {
  return RunApart([&]() -> Result<Measured> {
    LARDER_ASSIGN_OR_RETURN(const auto store, OpenStore(url));
    const OpenSubject open = [&] { return std::make_unique<LarderSubject>(*store, images); };
    auto measured = work == Work::read ? RunReads(config, images, open) : RunScans(config, images, open);
    if (measured.has_value() && measured->wrong + measured->missing != 0) {
      return Fail(Errc::corruption, "growth: answers that were not what was written");
    }
    return measured;
  });
}

Result<GrowthPoint> Measure(const ImageSet& images, const std::string& url, const WorkloadConfig& config) {
  GrowthPoint point;
  const auto filled = RunApart([&]() -> Result<Measured> {
    LARDER_ASSIGN_OR_RETURN(const auto store, OpenStore(url));
    LARDER_ASSIGN_OR_RETURN(auto fill, FillStore(*store, images, config.batch));
    LARDER_ASSIGN_OR_RETURN(const auto stats, store->Stats());
    fill.disk_bytes = stats.file_bytes;
    return fill;
  });
  if (!filled.has_value()) return std::unexpected<Error>(filled.error());
  point.disk_bytes = static_cast<double>(filled->disk_bytes) / static_cast<double>(images.size());
  LARDER_ASSIGN_OR_RETURN(const auto reads, CheckedReads(config, images, url, Work::read));
  point.read = FigureOf(reads, static_cast<double>(reads.latency.At(0.5)));
  point.read_p99_ns = static_cast<double>(reads.latency.At(0.99));
  LARDER_ASSIGN_OR_RETURN(const auto scans, CheckedReads(config, images, url, Work::scan));
  point.scan = FigureOf(scans, scans.ItemNs());
  LARDER_ASSIGN_OR_RETURN(const auto starts, RunRestarts(config, images, url));
  point.start = FigureOf(starts, static_cast<double>(starts.latency.At(0.5)));
  return point;
}

}  // namespace

Result<GrowthPoint> MeasureGrowth(const std::string& store, std::uint64_t images, const WorkloadConfig& config,
                                  const std::filesystem::path& directory) {
  const ImageSet set = ImageSet::OfficialLike(images, config.seed);
  const auto path = directory / ("growth-" + store + "-" + std::to_string(images));
  auto point = Measure(set, UrlFor(store, path, images), config);
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  if (!point.has_value()) return point;
  point->store = store;
  point->images = images;
  point->schedule = MeasureSchedule(set);
  return point;
}

std::string HeadOfGrowth() {
  char line[200];
  std::snprintf(line, sizeof line, "%-8s %10s %9s %5s %9s %12s %14s %14s %9s %9s %11s", "store", "images", "read ns",
                "+-", "p99 ns", "scan ns/tag", "idle look ns", "schedule B/tag", "start ms", "own MB", "disk B/tag");
  return line;
}

std::string LineOf(const GrowthPoint& p) {
  char line[200];
  std::snprintf(line, sizeof line, "%-8s %10llu %9.0f %4.0f%% %9.0f %12.0f %14.0f %14.1f %9.2f %9.1f %11.0f",
                p.store.c_str(), static_cast<unsigned long long>(p.images), p.read.ns, 100 * p.read.spread,
                p.read_p99_ns, p.scan.ns, p.schedule.ns, p.schedule.memory_bytes / static_cast<double>(p.images),
                p.start.ns / 1e6, p.read.memory_bytes / 1e6, p.disk_bytes);
  return line;
}

std::string JsonOf(const std::vector<GrowthPoint>& points) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const auto& p : points) {
    nlohmann::ordered_json point = {{"store", p.store}, {"images", p.images}};
    const auto add = [&](const std::string& name, const GrowthFigure& figure) {
      point[name + "_ns"] = figure.ns;
      point[name + "_spread"] = figure.spread;
      point[name + "_memory_bytes"] = figure.memory_bytes;
    };
    add("read", p.read);
    add("scan", p.scan);
    add("schedule", p.schedule);
    add("start", p.start);
    point["read_p99_ns"] = p.read_p99_ns;
    point["schedule_bytes"] = p.images == 0 ? 0 : p.schedule.memory_bytes / static_cast<double>(p.images);
    point["disk_bytes"] = p.disk_bytes;
    array.push_back(std::move(point));
  }
  return array.dump(1);
}

}  // namespace larder::bench
