#include "commands.h"

namespace larder::tool {
namespace {

constexpr std::string_view kFill = "Fill a cache";
constexpr std::string_view kLook = "Look into a cache";
constexpr std::string_view kCare = "Look after a cache";

constexpr CommandEntry kCommands[] = {
    {"refresh", kFill, "Ask the registries for what is new, once, and store it", MakeRefresh},
    {"get", kLook, "Show one image: digest, image id, created, labels, platform", MakeGet},
    {"tags", kLook, "Show the tags of a repository, the newest first", MakeTags},
    {"list", kLook, "Show the repositories in the store, and how complete each is", MakeList},
    {"explain", kLook, "Tell the story of one image: when it was asked for, what came, what is next", MakeExplain},
    {"due", kLook, "Show what will be refreshed when, and why", MakeDue},
    {"stats", kLook, "Count what is in the store: kinds, repositories, ages, deadlines", MakeStats},
    {"inspect", kLook, "Show one record in full: header, times, checksum, and how its next deadline is chosen",
     MakeInspect},
    {"dump", kLook, "Show every record, whatever its kind, in constant memory", MakeDump},
    {"copy", kCare, "Copy every record from one store into another, of any engine", MakeCopy},
};

}  // namespace

std::span<const CommandEntry> Commands() { return kCommands; }

}  // namespace larder::tool
