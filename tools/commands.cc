#include "commands.h"

namespace larder::tool {
namespace {

constexpr std::string_view kGroupFill = "Fill a cache";
constexpr std::string_view kGroupLook = "Look into a cache";
constexpr std::string_view kGroupCare = "Look after a cache";

constexpr CommandEntry kCommands[] = {
    {"refresh", kGroupFill, "Ask the registries for what is new, once, and store it", MakeRefresh},
    {"run", kGroupFill, "Keep a list of images fresh, until it is stopped", MakeRun},
    {"get", kGroupLook, "Show one image: digest, image id, created, labels, platform", MakeGet},
    {"tags", kGroupLook, "Show the tags of a repository, the newest first", MakeTags},
    {"list", kGroupLook, "Show the repositories in the store, and how complete each is", MakeList},
    {"explain", kGroupLook, "Tell the story of one image: when it was asked for, what came, what is next", MakeExplain},
    {"due", kGroupLook, "Show what will be refreshed when, and why", MakeDue},
    {"stats", kGroupLook, "Count what is in the store: kinds, repositories, ages, deadlines", MakeStats},
    {"inspect", kGroupLook, "Show one record in full: header, times, checksum, and how its next deadline is chosen",
     MakeInspect},
    {"dump", kGroupLook, "Show every record, whatever its kind, in constant memory", MakeDump},
    {"doctor", kGroupCare, "Check store, permissions, room, clock, credentials, DNS and TLS, and say what to do",
     MakeDoctor},
    {"verify", kGroupCare, "Read every record and check it; repair what is damaged", MakeVerify},
    {"copy", kGroupCare, "Copy every record from one store into another, of any engine", MakeCopy},
    {"diff", kGroupCare, "Show what two stores know differently, tag by tag", MakeDiff},
    {"export", kGroupCare, "Write every record into one file, for a backup or another machine", MakeExport},
    {"import", kGroupCare, "Write the records of such a file into a store, of any engine", MakeImport},
    {"forget", kGroupCare, "Remove what is known of a repository or an image, so that it is fetched anew", MakeForget},
    {"collect", kGroupCare, "Remove what has expired, where no refresher does", MakeCollect},
    {"completion", kGroupCare, "Print a script that completes commands and options in bash", MakeCompletion},
    {"man", "", "Print the man page of a command", MakeMan},
};

}  // namespace

std::span<const CommandEntry> Commands() { return kCommands; }

}  // namespace larder::tool
