#include <algorithm>
#include <optional>
#include <ostream>
#include <queue>

#include "any_record.h"
#include "commands.h"
#include "failure.h"
#include "larder/refresh_rules.h"
#include "larder/scan.h"
#include "record_json.h"
#include "rules_text.h"
#include "stop_signal.h"
#include "store_path.h"
#include "table.h"
#include "words.h"

namespace larder::tool {
namespace {

constexpr std::size_t kShown = 50;

struct Task {
  Time when{};
  std::string subject;
  std::string what;  // "listing", "image"
  std::string why;
  friend bool operator<(const Task& a, const Task& b) {
    return a.when != b.when ? a.when < b.when : a.subject < b.subject;
  }
};

// The soonest so many, whatever is shown to it; and how many there were.
class Soonest {
 public:
  explicit Soonest(std::size_t most) : most_(most) {}
  // False where the task would be thrown away at once.
  bool Wants(Time when) const { return most_ == 0 || tasks_.size() < most_ || when < tasks_.top().when; }
  void Count() { ++seen_; }
  void Add(Task task) {
    tasks_.push(std::move(task));
    if (most_ != 0 && tasks_.size() > most_) tasks_.pop();
  }
  std::uint64_t seen() const { return seen_; }
  std::vector<Task> Take() && {
    std::vector<Task> tasks;
    for (; !tasks_.empty(); tasks_.pop()) tasks.push_back(tasks_.top());
    std::reverse(tasks.begin(), tasks.end());
    return tasks;
  }

 private:
  std::size_t most_;
  std::uint64_t seen_ = 0;
  std::priority_queue<Task> tasks_;  // the latest on top
};

class Due final : public Command {
 public:
  explicit Due(Options& options) {
    options.Span("--within", within_, "How far to look ahead (default: 1h)");
    options.Values("--include", globs_, "GLOB",
                   "Only of repositories whose name matches; '*' stands for anything (repeatable)");
    options.Number("--limit", limit_, "N", "Show so many, the soonest first (default: 50; 0: all)");
    options.Footer(
        "What a refresher that runs on this store will ask, and when. What is overdue is asked as soon as limits "
        "allow,\n"
        "or at the next larder refresh.\n"
        "Exit code 1: nothing is due.");
  }

  Exit Run(const Console& console, const Common& common) override {
    auto store = OpenForCommand(console, common, StoreUse::read);
    if (!store.has_value()) return ReportStore(console, store.error());
    const Time horizon = console.now + within_.value_or(std::chrono::hours(1));
    Soonest soonest(limit_.value_or(kShown));
    const StopSignal stop;
    for (const RecordKind kind : {RecordKind::repository, RecordKind::image}) {
      Reader::ScanOptions options;
      options.range = KeyRange::OfKind(kind);
      auto scanned = ScanStore(**store, options, [&](const Key& key, std::span<const std::byte> bytes) {
        See(key, bytes, console.now, horizon, soonest);
        return stop.requested() ? ScanAction::stop : ScanAction::go_on;
      });
      if (!scanned.has_value()) return Report(console, scanned.error());
    }
    if (stop.requested()) return Report(console, Error{Errc::cancelled, "stopped"});
    const std::uint64_t seen = soonest.seen();
    const auto tasks = std::move(soonest).Take();
    common.json ? PrintJson(console, tasks, seen) : Print(console, tasks, seen);
    return tasks.empty() ? Exit::no : Exit::yes;
  }

 private:
  void See(const Key& key, std::span<const std::byte> bytes, Time now, Time horizon, Soonest& soonest) const {
    const auto header = ReadHeader(key, bytes);
    if (!header.has_value() || !IsLive(*header, now)) return;
    const Time when = SaneDeadline(header->deadline, now);
    if (when > horizon) return;
    if (globs_.empty()) {
      soonest.Count();
      if (!soonest.Wants(when)) return;
    }
    auto record = ReadAny(key, bytes);
    if (!record.has_value()) return;
    if (!globs_.empty()) {
      if (!NameMatches(globs_, RepositoryOf(*record))) return;
      soonest.Count();
      if (!soonest.Wants(when)) return;
    }
    soonest.Add(
        {when, SubjectOf(*record), header->kind == RecordKind::repository ? "listing" : "image", WhyDue(*record, now)});
  }

  std::string Horizon() const { return Span(within_.value_or(std::chrono::hours(1))); }

  void Print(const Console& console, const std::vector<Task>& tasks, std::uint64_t seen) const {
    if (tasks.empty()) {
      if (!console.quiet) *console.err << "larder: nothing is due within " << Horizon() << '\n';
      return;
    }
    Table table({{"WHEN"}, {"WHAT"}, {"OF", Table::Align::left, true, true}, {"WHY", Table::Align::left, true}});
    for (const auto& task : tasks) {
      table.Add({task.when == Time{} ? "now" : Relative(task.when, console.now), task.what, task.subject, task.why});
    }
    table.Print(console);
    if (tasks.size() < seen && !console.quiet) {
      *console.out << "... and " << Thousands(seen - tasks.size()) << " more within " << Horizon() << '\n';
    }
  }

  static void PrintJson(const Console& console, const std::vector<Task>& tasks, std::uint64_t seen) {
    std::string text;
    JsonWriter json(text, JsonWriter::Style::indented);
    json.Object();
    json.Number("Due", seen);
    json.Array("Tasks");
    for (const auto& task : tasks) {
      json.Object();
      json.TimeIf("When", task.when);
      json.Bool("Overdue", task.when <= console.now);
      json.Text("What", task.what);
      json.Text("Of", task.subject);
      json.Text("Why", task.why);
      json.End();
    }
    json.End();
    json.End();
    *console.out << text << '\n';
  }

  std::optional<std::chrono::milliseconds> within_;
  std::optional<std::size_t> limit_;
  std::vector<std::string> globs_;
};

}  // namespace

std::unique_ptr<Command> MakeDue(Options& options) { return std::make_unique<Due>(options); }

}  // namespace larder::tool
