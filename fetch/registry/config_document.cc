#include "registry/config_document.h"

#include <algorithm>
#include <array>

#include "registry/label_facts.h"
#include "registry/platform_of.h"
#include "registry/printable.h"

namespace larder {
namespace {

// An object with none of these is something else that was sent in a config's place.
constexpr std::array<std::string_view, 8> kMembers = {"architecture",     "os",      "rootfs",  "config",
                                                      "container_config", "created", "history", "id"};

Result<Timestamp> ReadCreated(const json::Value& created) {
  if (created.IsNull()) return Timestamp();
  if (!created.IsString()) return Fail(Errc::corruption, "`created` is not a text");
  if (created.text().empty()) return Timestamp();
  auto time = ParseTimestampLenient(created.text());
  if (!time.has_value())
    return Fail(Errc::corruption, "`created` is " + Quoted(created.text()) + ", which is not a time");
  return *time;
}

}  // namespace

Result<void> ReadConfigObject(const json::Value& config, ManifestFacts& facts) {
  const bool any = std::any_of(kMembers.begin(), kMembers.end(), [&](auto name) { return !config[name].IsNull(); });
  if (!config.IsObject() || !any)
    return Fail(Errc::corruption, "no config of an image: it has none of a config's members");
  LARDER_ASSIGN_OR_RETURN(facts.created, ReadCreated(config["created"]));
  facts.platform = PlatformOf(config);
  const json::Value& labels = config["config"]["Labels"];
  const json::Value& build_labels = config["container_config"]["Labels"];
  ReadLabels(labels.members().empty() ? build_labels : labels, facts);
  return {};
}

Result<void> ReadConfig(std::string_view bytes, ManifestFacts& facts) {
  const auto config = json::Parse(bytes);
  if (!config.has_value()) return std::unexpected(Error(config.error()).WithContext("config"));
  auto read = ReadConfigObject(*config, facts);
  if (!read.has_value()) return std::unexpected(std::move(read.error()).WithContext("config"));
  return {};
}

}  // namespace larder
