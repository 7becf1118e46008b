#include "doctor_checks.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <stop_token>
#include <system_error>

#include "any_record.h"
#include "child.h"
#include "larder/open_store.h"
#include "larder/repository_record.h"
#include "larder/scan.h"
#include "words.h"

namespace larder::tool {
namespace {

namespace fs = std::filesystem;
using State = Finding::State;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kLowSpace = 512 * kMiB;
constexpr std::uint64_t kNoSpace = 32 * kMiB;

// The nearest part of the path that is there.
fs::path Existing(fs::path path) {
  std::error_code failed;
  path = fs::absolute(path, failed);
  while (!path.empty() && !fs::exists(path, failed) && path.has_parent_path() && path != path.parent_path()) {
    path = path.parent_path();
  }
  return path;
}

std::string OwnerOf(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return "nobody known";
  return "user " + std::to_string(status.st_uid) + " (this is user " + std::to_string(::geteuid()) + ")";
}

Finding Files(const fs::path& directory) {
  Finding finding{"permissions", State::ok, "may be read and written", {}};
  const auto lacks = [&](const fs::path& path, int mode) { return ::access(path.c_str(), mode) != 0; };
  const fs::path data = directory / "data.mdb";
  const fs::path lock = directory / "lock.mdb";
  std::error_code ignored;
  if (lacks(directory, R_OK | X_OK) || (fs::exists(data, ignored) && lacks(data, R_OK))) {
    return {"permissions", State::bad, directory.string() + " may not be read; it belongs to " + OwnerOf(directory),
            "run as the user that fills the cache, or give this one the right to read it"};
  }
  if (fs::exists(lock, ignored) && lacks(lock, W_OK)) {
    return {"permissions", State::bad, lock.string() + " may not be written, which readers of lmdb need",
            "give the readers' group the right to write that file: chmod g+rw " + lock.string()};
  }
  if (lacks(directory, W_OK)) {
    finding.state = State::warning;
    finding.what = "may be read and not written; it belongs to " + OwnerOf(directory);
    finding.advice = "that is right for a reader; whatever refreshes has to run as that user";
  }
  return finding;
}

// Who holds the lock on a file, as the kernel knows: asking by locking would get in a writer's way.
std::optional<std::string> LockHolder(const fs::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  char id[64];
  std::snprintf(id, sizeof id, "%02x:%02x:%llu", major(status.st_dev), minor(status.st_dev),
                static_cast<unsigned long long>(status.st_ino));
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.find("FLOCK") == std::string::npos || line.find(" " + std::string(id) + " ") == std::string::npos)
      continue;
    std::string holder;
    std::ifstream text(file);
    std::getline(text, holder);
    std::erase_if(holder, [](char c) { return c < ' ' || c > '~'; });
    return holder.empty() ? "a process that left no name" : holder.substr(0, 200);
  }
  return std::nullopt;
}

std::optional<std::string> NetworkFileSystem(const fs::path& path) {
  struct statfs system{};
  if (::statfs(path.c_str(), &system) != 0) return std::nullopt;
  switch (static_cast<std::uint32_t>(system.f_type)) {
    case 0x6969:
      return "NFS";
    case 0xFF534D42:
    case 0xFE534D42:
    case 0x517B:
      return "SMB";
    case 0x01021997:
      return "9p";
    default:
      return std::nullopt;
  }
}

void TellOfStore(const std::string& url, const Telling& telling) {
  OpenStoreOptions reading;
  reading.read_only = true;
  auto store = OpenStore(url, reading);
  if (!store.has_value()) {
    telling.Say(store.error());
    return;
  }
  if (const auto stats = (*store)->Stats(); stats.has_value()) telling.Say("records " + std::to_string(stats->records));
  if (const auto marker = MarkerOf(**store); marker.has_value()) {
    telling.Say("collected " + std::to_string(marker->last_collect.time_since_epoch().count()));
  }
  std::set<std::string> hosts;
  Reader::ScanOptions options;
  options.range = KeyRange::OfKind(RecordKind::repository);
  const auto scanned = ScanStore(**store, options, [&](const Key& key, std::span<const std::byte> record) {
    const auto state = ReadRepositoryRecord(key, {}, record);
    if (state.has_value() && hosts.insert(state->name.Registry()).second)
      telling.Say("name " + state->name.Canonical());
    return ScanAction::go_on;
  });
  if (!scanned.has_value()) telling.Say(scanned.error());
}

Finding JudgeError(Errc code, const std::string& message) {
  if (code == Errc::not_found) {
    return {"store", State::warning, "there is no cache yet", "larder refresh REF... makes and fills it"};
  }
  std::string advice = "larder verify looks closer";
  if (code == Errc::invalid_argument) advice = "see docs/backends.md for how a store is written";
  if (code == Errc::permission_denied) advice = "run as the user that fills the cache";
  if (code == Errc::unavailable) advice = "whatever serves the store does not answer; see the message";
  if (code == Errc::unsupported) advice = "use the release of Larder that wrote it, or a newer one";
  return {"store", State::bad, message, advice};
}

}  // namespace

std::string_view StateName(Finding::State state) {
  constexpr std::array<std::string_view, 3> kNames = {"ok", "warning", "bad"};
  return kNames[static_cast<std::size_t>(state)];
}

std::vector<Finding> CheckDirectory(const fs::path& directory) {
  std::vector<Finding> findings;
  std::error_code failed;
  if (!fs::exists(directory, failed)) {
    const fs::path parent = Existing(directory);
    const bool may = ::access(parent.c_str(), W_OK | X_OK) == 0;
    findings.push_back(
        may ? Finding{"directory", State::ok, directory.string() + " is not there yet, and can be made", {}}
            : Finding{"directory", State::bad,
                      directory.string() + " is not there, and " + parent.string() + " belongs to " + OwnerOf(parent),
                      "make the directory for this user, or name another with --store"});
    return findings;
  }
  if (!fs::is_directory(directory, failed)) {
    findings.push_back({"directory", State::bad, directory.string() + " is not a directory",
                        "name a directory with --store; a store is a directory of files"});
    return findings;
  }
  findings.push_back(Files(directory));
  if (const auto network = NetworkFileSystem(directory); network.has_value()) {
    findings.push_back({"file system", State::bad, directory.string() + " lies on " + *network,
                        "lmdb and rocksdb need a local disk; share a cache between machines with memcached"});
  }
  const auto holder = LockHolder(directory / "larder.lock");
  findings.push_back(
      {"lock", State::ok, holder.has_value() ? "being written by " + *holder : "nobody writes the store now",
       holder.has_value() ? "reading is free; commands that write wait until that process has ended" : ""});
  return findings;
}

Finding JudgeSpace(std::uint64_t free_bytes, std::uint64_t disk_bytes) {
  const std::string what = Bytes(free_bytes) + " free of " + Bytes(disk_bytes);
  if (free_bytes < kNoSpace) {
    return {"space", State::bad, what, "make room: until then nothing is written, and what is stored is still read"};
  }
  if (free_bytes < kLowSpace) {
    return {"space", State::warning, what,
            "make room, or lower max_bytes in the store's URL: an image takes some 700 bytes"};
  }
  return {"space", State::ok, what, {}};
}

Finding CheckSpace(const fs::path& path) {
  struct statvfs disk{};
  if (::statvfs(Existing(path).c_str(), &disk) != 0) {
    return {"space", State::warning, "cannot be told for " + path.string(), {}};
  }
  return JudgeSpace(disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
}

Finding JudgeClock(Time now, Time last_collect) {
  const std::string says = "the clock says " + FormatTime(now);
  if (now < Time(std::chrono::days(19'723))) {  // 2024
    return {"clock", State::bad, says,
            "set the clock: ages and deadlines are wrong, and records seem to live for ever"};
  }
  if (last_collect > now) {
    return {"clock", State::bad, says + ", and the store was last collected at " + FormatTime(last_collect),
            "one of the two clocks was wrong; if this one is right: larder collect --force"};
  }
  return {"clock", State::ok, says, {}};
}

StoreLook LookIntoStore(const std::string& url, Time now) {
  StoreLook look;
  std::optional<Finding> failed;
  std::uint64_t records = 0;
  Time collected{};
  const auto end = RunInChild([&](const Telling& telling) { TellOfStore(url, telling); },
                              [&](std::string_view line) {
                                std::istringstream words{std::string(line)};
                                std::string word, rest;
                                std::int64_t number = 0;
                                words >> word;
                                if (word == "records") words >> records;
                                if (word == "collected" && words >> number) collected = Time(Duration(number));
                                if (word == "name" && words >> rest) {
                                  if (auto name = ImageName::Parse(rest); name.has_value()) look.names.push_back(*name);
                                }
                                if (word == "error" && words >> number) {
                                  std::getline(words >> std::ws, rest);
                                  failed = JudgeError(static_cast<Errc>(number), rest);
                                }
                              });
  if (!end.has_value()) failed = JudgeError(end.error().code, end.error().message);
  if (!failed.has_value() && end.has_value() && !end->whole) {
    failed = Finding{"store", State::bad, "the engine goes down when it opens the files",
                     "the files are damaged: larder verify says where; move the directory away, and import a backup or "
                     "refresh"};
  }
  look.findings.push_back(
      failed.value_or(Finding{"store", State::ok, url + " opens; " + Counted(records, "record", "records"), {}}));
  look.findings.push_back(JudgeClock(now, collected));
  return look;
}

Finding CheckCredentials(CredentialSource& source, const ImageName& name, std::chrono::milliseconds patience) {
  Finding finding{"credentials of " + name.Registry(), State::ok, {}, {}};
  auto promise = std::make_shared<std::promise<CredentialSource::Answer>>();
  auto future = promise->get_future();
  std::stop_source stop;
  source.CredentialFor(name, stop.get_token(), [promise](auto answer) { promise->set_value(std::move(answer)); });
  if (future.wait_for(patience) != std::future_status::ready) {
    stop.request_stop();
    return {finding.check, State::bad, "a credential helper or a cloud does not answer",
            "run docker-credential-NAME get by hand, with the host on standard input"};
  }
  const auto answer = future.get();
  if (!answer.has_value()) {
    return {finding.check, State::bad, answer.error().message, "until that works the registry is not asked at all"};
  }
  if (!answer->has_value()) {
    finding.what = "none: it is asked anonymously";
    return finding;
  }
  finding.what = "found in " + ((*answer)->provenance.empty() ? "a source without a name" : (*answer)->provenance);
  return finding;
}

}  // namespace larder::tool
