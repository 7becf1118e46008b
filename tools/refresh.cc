#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <ostream>

#include "commands.h"
#include "failure.h"
#include "fetching.h"
#include "image_json.h"
#include "progress.h"
#include "stop_signal.h"
#include "store_path.h"
#include "words.h"

namespace larder::tool {
namespace {

constexpr std::chrono::milliseconds kLookEvery{50};

class Refresh final : public Command {
 public:
  explicit Refresh(Options& options) {
    options.Arguments("refs", refs_, "REF",
                      "Repositories (listed, then unknown and due tags) or images (that tag alone)");
    options.Flag("--all", all_, "Ask for every tag, whatever its deadline");
    options.Footer("Exit code 0 only if everything named is complete. What was fetched is kept in any case.");
    fetching_.AddOptions(options);
  }

  Exit Run(const Console& console, const Common& common) override {
    std::vector<ImageRef> refs;
    for (const auto& text : refs_) {
      auto ref = ImageRef::Parse(text);
      if (!ref.has_value()) return Report(console, ref.error());
      refs.push_back(std::move(*ref));
    }
    auto store = OpenForCommand(console, common, StoreUse::write);
    if (!store.has_value()) return ReportStore(console, store.error());
    RefresherOptions options;
    auto session = fetching_.Start(console, **store, std::move(options));
    if (!session.has_value()) return Report(console, session.error());
    const StopSignal stop;
    Counts counts(refs.size());
    std::vector<std::future<RefreshReport>> pending;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      RefreshRequest request;
      request.ref = refs[i];
      request.all = all_;
      request.progress = [&counts, i](std::size_t done, std::size_t total) { counts.Set(i, done, total); };
      pending.push_back((*session)->refresher().RefreshNow(std::move(request)));
    }
    const auto reports = Wait(console, stop, counts, (*session)->refresher(), pending);
    if (auto flushed = (*store)->Flush(); !flushed.has_value()) return Report(console, flushed.error());
    return common.json ? TellJson(console, refs, reports) : Tell(console, refs, reports);
  }

 private:
  // Written on the network's thread, drawn on this one.
  class Counts {
   public:
    explicit Counts(std::size_t size) : counts_(size) {}
    void Set(std::size_t index, std::size_t done, std::size_t total) {
      const std::lock_guard lock(mutex_);
      counts_[index] = {done, total};
    }
    std::pair<std::size_t, std::size_t> Sum() const {
      const std::lock_guard lock(mutex_);
      std::pair<std::size_t, std::size_t> sum;
      for (const auto& [done, total] : counts_) {
        sum.first += done;
        sum.second += total;
      }
      return sum;
    }

   private:
    mutable std::mutex mutex_;
    std::vector<std::pair<std::size_t, std::size_t>> counts_;
  };

  static std::vector<RefreshReport> Wait(const Console& console, const StopSignal& stop, const Counts& counts,
                                         Refresher& refresher, std::vector<std::future<RefreshReport>>& pending) {
    Progress progress(console);
    std::vector<RefreshReport> reports;
    bool stopped = false;
    for (auto& future : pending) {
      while (future.wait_for(kLookEvery) != std::future_status::ready) {
        if (stop.requested() && !stopped) {
          stopped = true;
          refresher.Stop();
        }
        const auto [done, total] = counts.Sum();
        progress.Show("tags", done, total);
      }
      reports.push_back(future.get());
    }
    return reports;
  }

  // A tag alone is whole where it was answered; a repository where every tag has its record.
  static bool Whole(const ImageRef& ref, const RefreshReport& report) {
    if (report.error.has_value() || report.write_failures > 0) return false;
    return !ref.tag().empty() || report.completeness == Completeness::complete;
  }

  static Exit ExitOf(const std::vector<ImageRef>& refs, const std::vector<RefreshReport>& reports) {
    std::size_t whole = 0;
    std::size_t unanswered = 0;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      if (Whole(refs[i], reports[i])) ++whole;
      if (reports[i].error.has_value() && CodeOf(*reports[i].error) == Exit::no_answer && reports[i].counts.tags == 0) {
        ++unanswered;
      }
    }
    if (whole == refs.size()) return Exit::yes;
    return unanswered == refs.size() ? Exit::no_answer : Exit::no;
  }

  static std::string Changes(const RefreshReport& report) {
    std::string text;
    const auto add = [&](std::uint32_t count, std::string_view word) {
      if (count > 0) text += (text.empty() ? "" : ", ") + Thousands(count) + " " + std::string(word);
    };
    add(report.added, "new");
    add(report.moved, "moved");
    add(report.removed, "removed");
    add(report.same, "unchanged");
    add(report.failed, "failed");
    return text.empty() ? "nothing due" : text;
  }

  static Exit Tell(const Console& console, const std::vector<ImageRef>& refs,
                   const std::vector<RefreshReport>& reports) {
    for (std::size_t i = 0; i < refs.size(); ++i) {
      const auto& report = reports[i];
      if (!console.quiet) {
        *console.out << refs[i].ToString() << ": ";
        if (refs[i].tag().empty()) {
          *console.out << CompletenessName(report.completeness) << ", " << Counted(report.counts.tags, "tag", "tags")
                       << " (" << Changes(report) << ")";
        } else {
          *console.out << Changes(report);
        }
        *console.out << "; " << Counted(report.listings, "listing", "listings") << ", " << Thousands(report.heads)
                     << " HEAD, " << Thousands(report.manifest_gets) << " manifest GET, " << Thousands(report.blob_gets)
                     << " blob GET\n";
      }
      if (report.error.has_value()) Report(console, Error(*report.error).WithContext(refs[i].ToString()));
      if (report.write_failures > 0) {
        *console.err << "larder: " << refs[i].ToString() << ": " << Counted(report.write_failures, "record", "records")
                     << " could not be written\n";
      }
    }
    return ExitOf(refs, reports);
  }

  static Exit TellJson(const Console& console, const std::vector<ImageRef>& refs,
                       const std::vector<RefreshReport>& reports) {
    Json all = Json::array();
    for (std::size_t i = 0; i < refs.size(); ++i) {
      const auto& report = reports[i];
      Json one;
      one["Ref"] = refs[i].ToString();
      one["Whole"] = Whole(refs[i], report);
      one["State"] = CompletenessName(report.completeness);
      one["Tags"] = report.counts.tags;
      one["Known"] = report.counts.known;
      one["Pending"] = report.counts.pending;
      one["Failing"] = report.counts.failing;
      one["Requests"] = {{"Listings", report.listings},
                         {"Heads", report.heads},
                         {"ManifestGets", report.manifest_gets},
                         {"BlobGets", report.blob_gets}};
      one["Changes"] = {{"New", report.added},
                        {"Moved", report.moved},
                        {"Removed", report.removed},
                        {"Unchanged", report.same},
                        {"Failed", report.failed}};
      if (report.error.has_value()) {
        one["Error"] = {{"Code", ErrcName(report.error->code)}, {"Message", report.error->message}};
        if (report.error->retry_at.has_value()) one["Error"]["RetryAt"] = FormatTime(*report.error->retry_at);
      }
      all.push_back(std::move(one));
    }
    *console.out << Pretty(all);
    return ExitOf(refs, reports);
  }

  std::vector<std::string> refs_;
  bool all_ = false;
  Fetching fetching_;
};

}  // namespace

std::unique_ptr<Command> MakeRefresh(Options& options) { return std::make_unique<Refresh>(options); }

}  // namespace larder::tool
