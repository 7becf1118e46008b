#include "commands.h"

namespace larder::tool {
namespace {

constexpr std::string_view kGroupFill = "Fill a cache";
constexpr std::string_view kGroupLook = "Look into a cache";
constexpr std::string_view kGroupCare = "Look after a cache";

constexpr CommandEntry kCommands[] = {
    {"refresh", kGroupFill, "Ask the registries for what is new, once, and store it", MakeRefresh},
    {"get", kGroupLook, "Show one image: digest, image id, created, labels, platform", MakeGet},
    {"tags", kGroupLook, "Show the tags of a repository, the newest first", MakeTags},
    {"list", kGroupLook, "Show the repositories in the store, and how complete each is", MakeList},
    {"explain", kGroupLook, "Tell the story of one image: when it was asked for, what came, what is next", MakeExplain},
    {"due", kGroupLook, "Show what will be refreshed when, and why", MakeDue},
    {"stats", kGroupLook, "Count what is in the store: kinds, repositories, ages, deadlines", MakeStats},
    {"inspect", kGroupLook, "Show one record in full: header, times, checksum, and how its next deadline is chosen",
     MakeInspect},
    {"dump", kGroupLook, "Show every record, whatever its kind, in constant memory", MakeDump},
    {"copy", kGroupCare, "Copy every record from one store into another, of any engine", MakeCopy},
};

}  // namespace

std::span<const CommandEntry> Commands() { return kCommands; }

}  // namespace larder::tool
