#include "registry/label_facts.h"

#include <utility>

#include "registry/printable.h"

namespace larder {
namespace {

constexpr std::size_t kMaxWarnings = 8;

void Warn(ManifestFacts& facts, std::string warning) {
  if (facts.warnings.size() < kMaxWarnings) facts.warnings.push_back(std::move(warning));
}

bool IsWellKnown(std::string_view name) {
  return name.starts_with("org.opencontainers.image.") || name.starts_with("org.label-schema.");
}

}  // namespace

Timestamp ReadNamedTime(const json::Value& texts, std::string_view name, ManifestFacts& facts) {
  const std::string_view text = texts[name].text();
  if (text.empty()) return {};
  const auto time = ParseTimestampLenient(text);
  if (time.has_value()) return *time;
  Warn(facts, std::string(name) + " is " + Quoted(text) + ", which is not a time");
  return {};
}

void ReadLabels(const json::Value& labels, ManifestFacts& facts) {
  facts.label_times.build_date = ReadNamedTime(labels, kLabelBuildDate, facts);
  facts.label_times.created = ReadNamedTime(labels, kLabelCreated, facts);

  std::map<std::pair<bool, std::string_view>, std::string_view> ordered;
  for (const auto& [name, value] : labels.members()) {
    if (value.IsString()) {
      ordered[{!IsWellKnown(name), name}] = value.text();
    } else {
      Warn(facts, "label " + Quoted(name) + " is not a text");
    }
  }
  std::size_t used = 0;
  for (const auto& [key, value] : ordered) {
    const std::size_t size = key.second.size() + value.size();
    if (size > kMaxLabelBytes - used) {
      facts.labels_truncated = true;
      continue;
    }
    used += size;
    facts.labels.emplace(key.second, value);
  }
}

}  // namespace larder
