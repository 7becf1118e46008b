#include "record_lines.h"

#include <algorithm>
#include <ostream>

#include "words.h"

namespace larder::tool {
namespace {

class Lines {
 public:
  explicit Lines(Time now) : now_(now) {}
  void Add(std::string name, std::string value) {
    if (!value.empty()) lines_.emplace_back(std::move(name), std::move(value));
  }
  void Count(std::string name, std::uint64_t value) { Add(std::move(name), value == 0 ? "" : Thousands(value)); }
  template <class T>
  void At(std::string name, const T& time) {
    if (time != T{}) Add(std::move(name), WithRelative(time, now_));
  }
  void AddLabels(const Labels& labels, bool truncated) {
    for (const auto& [name, value] : labels) Add("label", name + " = " + value);
    if (truncated) Add("labels", "there are more than a record holds");
  }
  Time now() const { return now_; }
  NamedLines Take() && { return std::move(lines_); }

 private:
  Time now_;
  NamedLines lines_;
};

void Say(Lines& lines, const ImageRecord& image) {
  const ImageInfo& info = image.info;
  lines.Add("image", info.id.ToString());
  lines.Add("status", std::string(EntryStatusName(image.status)));
  lines.Add("excluded", image.excluded_reason);
  lines.Add("digest", info.digest.ToString());
  lines.Add("manifest", info.platform_digest.ToString());
  lines.Add("announced", image.announced);
  lines.Add("image id", info.image_id);
  lines.Add("platform", info.platform.ToString());
  lines.At("created", info.created_at);
  lines.At("by label", info.label_times.created);
  lines.At("build date", info.label_times.build_date);
  lines.At("annotated", info.annotation_created);
  lines.At("first seen", info.first_seen);
  lines.At("checked", info.last_fetched);
  lines.Add("interval", image.interval == Duration(0) ? "" : Span(image.interval));
  lines.Count("failures", image.failures);
  lines.Add("last error", image.last_error);
  lines.At("gone since", image.gone_since);
  lines.AddLabels(info.labels, info.labels_truncated);
}

void Say(Lines& lines, const RepositoryRecord& state) {
  lines.Add("repository", state.name.ToString());
  lines.Add("state", StateOf(state, lines.now()));
  lines.Add("tags", Thousands(state.counts.tags) + ": " + Thousands(state.counts.known) + " known, " +
                        Thousands(state.counts.pending) + " pending, " + Thousands(state.counts.failing) + " failing");
  lines.Count("skipped", state.skipped);
  lines.At("listed", state.last_listed);
  lines.Count("pages", state.pages);
  lines.Add("listing",
            "generation " + std::to_string(state.generation) + ", " + Counted(state.blocks, "block", "blocks"));
  lines.Count("failures", state.failures);
  lines.Add("last error", state.last_error);
  lines.At("failed", state.last_error_at);
}

void Say(Lines& lines, const TagBlock& block) {
  lines.Add("repository", block.name);
  lines.Add("listing", "generation " + std::to_string(block.generation) + ", block " + std::to_string(block.block));
  std::string tags;
  for (const auto& tag : block.tags) tags += (tags.empty() ? "" : " ") + tag;
  lines.Add("tags", Thousands(block.tags.size()) + ": " + tags);
}

void Say(Lines& lines, const ManifestFacts& facts) {
  lines.Add("digest", facts.digest.ToString());
  lines.Add("type", std::string(ManifestKindName(facts.kind)));
  lines.Add("excluded", facts.excluded_reason);
  lines.Add("image id", facts.image_id);
  lines.Add("platform", facts.platform.ToString());
  lines.At("created", facts.created);
  lines.At("by label", facts.label_times.created);
  lines.At("build date", facts.label_times.build_date);
  lines.At("annotated", facts.annotation_created);
  for (const auto& child : facts.children) {
    lines.Add("child", child.digest.ToString() + "  " + child.platform.ToString() + (child.is_index ? " index" : "") +
                           (child.is_attestation ? " attestation" : "") + (child.is_artifact ? " artifact" : ""));
  }
  if (facts.more_children) lines.Add("children", "there are more than a record holds");
  lines.AddLabels(facts.labels, facts.labels_truncated);
}

void Say(Lines& lines, const HostRecord& host) {
  lines.Add("host", host.host);
  if (host.rate > 0) {
    lines.Add("rate", Counted(static_cast<std::uint64_t>(host.rate * 60), "request", "requests") + " a minute");
  }
  lines.At("cooldown", host.cooldown_until);
  lines.At("banned until", host.ban_until);
  lines.At("pulls from", host.pull_ban_until);
  lines.At("HEAD from", host.no_head_until);
  lines.Count("page size", host.page_size);
  if (host.remaining.has_value()) {
    lines.Add("pulls left", std::to_string(*host.remaining) +
                                (host.limit.has_value() ? " of " + std::to_string(*host.limit) : "") +
                                (host.window.count() > 0 ? " in " + Span(host.window) : ""));
  }
  lines.At("said", host.seen);
}

void Say(Lines& lines, const LeaseRecord& lease) {
  lines.Add("repository", lease.name);
  lines.Add("owner", lease.owner);
}

void Say(Lines& lines, const StoreMarker& marker) {
  lines.Add("format", std::to_string(marker.format));
  lines.At("made", marker.created);
  lines.At("collected", marker.last_collect);
  lines.At("floor", marker.floor);
}

}  // namespace

std::string WithRelative(Time time, Time now) {
  return time == Time{} ? "-" : FormatTime(time) + "  (" + Relative(time, now) + ")";
}

std::string WithRelative(const Timestamp& time, Time now) {
  return time.IsNone() ? "-" : FormatTimestamp(time) + "  (" + Relative(time, now) + ")";
}

NamedLines LinesOf(const AnyRecord& record, Time now) {
  Lines lines(now);
  std::visit([&](const auto& value) { Say(lines, value); }, record.value);
  return std::move(lines).Take();
}

void PrintLines(const Console& console, const NamedLines& lines) {
  constexpr std::size_t kGap = 2;
  std::size_t column = 0;
  for (const auto& [name, value] : lines) column = std::max(column, name.size() + kGap);
  for (const auto& [name, value] : lines) {
    *console.out << (console.color ? "\033[2m" : "") << name << (console.color ? "\033[0m" : "")
                 << std::string(column - name.size(), ' ') << Clean(value) << '\n';
  }
}

}  // namespace larder::tool
