#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "commands.h"
#include "event_line.h"
#include "event_queue.h"
#include "failure.h"
#include "fetching.h"
#include "http_responder.h"
#include "larder/cache.h"
#include "larder/cloud_credentials.h"
#include "larder/image_creds.h"
#include "larder/metrics.h"
#include "progress.h"
#include "run_images.h"
#include "store_path.h"
#include "wake_up.h"
#include "words.h"

namespace larder::tool {
namespace {

constexpr std::chrono::milliseconds kStatusEvery{500};
constexpr std::chrono::milliseconds kLookWhenDone{100};  // --once
constexpr std::chrono::seconds kIdleWait{60};
constexpr std::chrono::seconds kHealthPatience{1};

class RunCommand final : public Command {
 public:
  explicit RunCommand(Options& options) {
    options.Value("--images", images_, "FILE",
                  "The images to keep fresh, one a line ('-': standard input, once); read again now and then, and on "
                  "SIGHUP");
    options.Span("--images-interval", images_interval_, "How often that file is read again (default: 1 min)");
    options.Values("--include", filter_.include, "GLOB", "Only repositories that match one of these");
    options.Values("--exclude", filter_.exclude, "GLOB",
                   "No repository that matches one of these (default: k8s.gcr.io/*)");
    options.Span("--list-interval", list_interval_,
                 "How often each repository is listed (default: 5 min; 15 min from 10 pages)");
    options.Flag("--once", once_, "End when nothing is due any more");
    options.Flag("--events", events_, "Write what changes to standard output, as lines of JSON; so does --json");
    options.Value("--metrics", metrics_address_, "ADDR",
                  "Serve /metrics (Prometheus) and /healthz there: HOST:PORT, or PORT on 127.0.0.1");
    options.Span("--metrics-interval", metrics_interval_, "How often what /metrics tells is sampled (default: 15 s)");
    fetching_.AddOptions(options);
    options.Footer(
        "SIGHUP reads the images again, SIGTERM and Ctrl-C stop within a second and keep what was fetched. "
        "Credentials\n"
        "files are read again when they change. With --once, exit code 0 only if every repository is complete.");
  }

  Exit Run(const Console& console, const Common& common) override {
    WakeUp wake_up;
    if (images_.empty()) {
      return Report(console, Error{Errc::invalid_argument, "run: which images? Name a file with --images"});
    }
    auto images = OpenImages(images_, wake_up);
    if (!images.has_value()) return Report(console, images.error());
    if (!images->has_value()) return Exit::yes;
    auto store = OpenForCommand(console, common, StoreUse::write);
    if (!store.has_value()) return ReportStore(console, store.error());

    Metrics metrics;
    InstrumentedStore timed(**store, metrics.OnStore());
    EventQueue events([&wake_up] { wake_up.Poke(); });
    RefresherOptions options;
    options.list_interval = list_interval_;
    if (images_interval_.has_value()) options.source_interval = *images_interval_;
    if (events_ || common.json) options.on_event = [&events](const Event& event) { events.Add(EventLine(event)); };
    auto session = fetching_.Start(console, timed, std::move(options), metrics.OnFetch());
    if (!session.has_value()) return Report(console, session.error());
    std::unique_ptr<HttpResponder> pages;
    if (!metrics_address_.empty()) {
      MetricsSources sources;
      sources.network = &(*session)->network();
      sources.refresher = &(*session)->refresher();
      if (metrics_interval_.has_value()) sources.sample_interval = *metrics_interval_;
      metrics.Watch(sources);
      auto started = ServePages(metrics, (*session)->refresher());
      if (!started.has_value()) return Report(console, std::move(started).error().WithContext("--metrics"));
      pages = std::move(*started);
      if (!console.quiet) *console.err << "metrics at http://" << pages->address() << "/metrics\n";
    }
    const auto source = Filtered(std::move(**images), (*session)->ecr());
    (*session)->refresher().Start(source);
    const bool stopped = Serve(console, wake_up, (*session)->refresher(), events);
    pages.reset();
    metrics.Watch({});
    (*session)->refresher().Stop();
    Tell(console, events);
    if (auto flushed = (*store)->Flush(); !flushed.has_value()) return Report(console, flushed.error());
    return stopped ? Exit::yes : ExitOf(console, Cache(**store), *source);
  }

 private:
  std::shared_ptr<ImageSource> Filtered(std::shared_ptr<ImageSource> source, const EcrSource& ecr) const {
    return MakeFilteredSource(std::move(source), [filter = filter_, &ecr](const ImageName& name) {
      return filter.Includes(name) && ecr.Includes(name);
    });
  }

  Result<std::unique_ptr<HttpResponder>> ServePages(const Metrics& metrics, Refresher& refresher) const {
    return HttpResponder::Start(metrics_address_, [&metrics, &refresher](std::string_view path) {
      HttpResponder::Page page;
      if (path == "/metrics") {
        page.status = 200;
        page.type = "text/plain; version=0.0.4; charset=utf-8";
        page.body = metrics.Text();
      } else if (path == "/healthz") {
        const bool lives = refresher.GetStatus().wait_for(kHealthPatience) == std::future_status::ready;
        page.status = lives ? 200 : 503;
        page.body = lives ? "ok\n" : "the refresher does not answer\n";
      }
      return page;
    });
  }

  // Until a signal says stop (true), or with --once nothing is due any more (false).
  bool Serve(const Console& console, WakeUp& wake_up, Refresher& refresher, EventQueue& events) const {
    Progress line(console);
    const bool shows = console.err_is_terminal && !console.quiet;
    std::chrono::steady_clock::time_point look_at{};  // events come faster than the refresher need be asked
    for (;;) {
      const bool told = Tell(console, events);
      if (const auto now = std::chrono::steady_clock::now(); (shows || once_) && now >= look_at) {
        look_at = now + (once_ ? kLookWhenDone : kStatusEvery);
        const auto status = refresher.GetStatus().get();
        if (shows) line.Say(StatusText(status));
        // A pass that left off for others is due again in a moment.
        const bool soon = status.next_due.has_value() && *status.next_due <= Now() + kLookWhenDone;
        if (once_ && !soon && status.loading + status.due + status.cycles == 0) return false;
      }
      std::chrono::milliseconds wait = kIdleWait;
      if (shows) wait = kStatusEvery;
      if (once_ || !told) wait = kLookWhenDone;
      const auto why = wake_up.Wait(wait);
      if (why == WakeUp::Why::stop) return true;
      if (why == WakeUp::Why::reload) refresher.Reload();
    }
  }

  // False where standard output takes no more now.
  static bool Tell(const Console& console, EventQueue& events) {
    const bool all = events.Drain(*console.out, STDOUT_FILENO);
    if (const auto dropped = events.TakeDropped(); dropped > 0) {
      *console.err << "larder: nobody reads standard output; " << Counted(dropped, "event was", "events were")
                   << " dropped\n";
    }
    return all;
  }

  static std::string StatusText(const Refresher::Status& status) {
    std::string text = Counted(status.repositories, "repository", "repositories") + ", " +
                       Counted(status.tags, "tag", "tags") + ": " + Thousands(status.cycles) + " refreshing, " +
                       Thousands(status.due) + " due";
    if (status.next_due.has_value()) text += ", next " + Relative(*status.next_due, Now());
    return text;
  }

  static Exit ExitOf(const Console& console, const Cache& cache, ImageSource& source) {
    auto images = source.Images();
    if (!images.has_value()) return Report(console, images.error());
    std::size_t whole = 0;
    std::size_t known = 0;
    for (const auto& image : *images) {
      const auto repository = cache.Repository(image.ref.name());
      const auto completeness = repository.has_value() ? repository->completeness() : Completeness::never_fetched;
      if (completeness == Completeness::complete) ++whole;
      if (completeness != Completeness::never_fetched) ++known;
      if (completeness == Completeness::complete || console.quiet) continue;
      *console.err << "larder: " << image.ref.name().ToString() << ": " << CompletenessName(completeness);
      if (repository.has_value() && !repository->state().last_error.empty()) {
        *console.err << ": " << repository->state().last_error;
      }
      *console.err << '\n';
    }
    if (whole == images->size()) return Exit::yes;
    return known == 0 ? Exit::no_answer : Exit::no;
  }

  std::string images_;
  ImageFilter filter_;
  std::optional<std::chrono::milliseconds> images_interval_, list_interval_, metrics_interval_;
  bool once_ = false;
  bool events_ = false;
  std::string metrics_address_;
  Fetching fetching_;
};

}  // namespace

std::unique_ptr<Command> MakeRun(Options& options) { return std::make_unique<RunCommand>(options); }

}  // namespace larder::tool
