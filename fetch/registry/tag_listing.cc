#include "registry/tag_listing.h"

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "http/link.h"
#include "registry/api_request.h"
#include "registry/tag_list.h"

namespace larder {
namespace {

// What is asked for, in turn; the last means no number at all. As it is kept with the host's limits, where 0 is "not
// learned".
constexpr std::uint32_t kNoPageSize = 1;
constexpr std::array<std::uint32_t, 3> kPageSizes = {1000, 100, kNoPageSize};

std::size_t FirstChoice(std::uint32_t learned) {
  for (std::size_t i = 0; i < kPageSizes.size(); ++i) {
    if (kPageSizes[i] == learned) return i;
  }
  return 0;
}

std::string FirstTarget(std::uint32_t page_size) {
  return page_size == kNoPageSize ? "tags/list" : "tags/list?n=" + std::to_string(page_size);
}

// A status by which a registry may mean the number that was asked for. (400, 405, 413 and 422 were seen.)
bool MayMeanPageSize(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 403 && status != 404 && status != 408 &&
         status != 429;
}

class Listing {
 public:
  Listing(RemoteRepositoryPtr repository, TagLimits limits)
      : repository_(std::move(repository)),
        limits_(limits),
        choice_(FirstChoice(repository_->parts().limits().PageSize(repository_->host))),
        target_(FirstTarget(kPageSizes[choice_])) {}

  const std::string& target() const { return target_; }
  bool done() const { return target_.empty(); }
  const TagsSummary& summary() const { return summary_; }

  // Reads one answer and finds out what to ask next. `page` is called for a good one.
  FetchResult<void> Take(const ApiResponse& answer, const Client::OnPage& page) {
    const int status = answer.http.status;
    if (status != 200) {
      if (summary_.pages > 0 || choice_ + 1 == kPageSizes.size() || !MayMeanPageSize(status)) {
        return std::unexpected(RefusedBy(Asked::tag_list, answer.http, What(), repository_->parts().loop().Now()));
      }
      target_ = FirstTarget(kPageSizes[++choice_]);
      return {};
    }
    auto tags = ReadTagList(answer.http.body);
    if (!tags.has_value()) return std::unexpected(BadAnswer(Asked::tag_list, std::move(tags.error()), What()));
    if (summary_.pages == 0 && choice_ > 0) {
      repository_->parts().limits().SetPageSize(repository_->host, kPageSizes[choice_]);
    }
    ++summary_.pages;
    summary_.tags += static_cast<std::uint32_t>(tags->tags.size());
    summary_.skipped += tags->skipped;
    if (summary_.pages > limits_.pages || summary_.tags > limits_.tags) {
      return Bad(Errc::too_large,
                 "more than " + std::to_string(limits_.pages) + " pages or " + std::to_string(limits_.tags) + " tags");
    }
    auto next = Next(answer);
    if (!next.has_value()) return next;
    if (page) page(std::move(*tags));
    return {};
  }

 private:
  FetchResult<void> Next(const ApiResponse& answer) {
    seen_.insert(answer.url);
    auto next = http::NextPage(answer.http.FindAll("Link"), answer.url);
    if (!next.has_value()) return Bad(Errc::corruption, "its link to the next page: " + next.error().message);
    target_ = next->value_or("");
    if (seen_.count(target_) > 0) return Bad(Errc::corruption, "it goes in circles: a page links to one before it");
    return {};
  }

  FetchResult<void> Bad(Errc code, std::string message) const {
    return std::unexpected(BadAnswer(Asked::tag_list, Error{code, std::move(message)}, What()));
  }
  std::string What() const { return NameOf(Asked::tag_list, *repository_, ""); }

  RemoteRepositoryPtr repository_;
  TagLimits limits_;
  std::size_t choice_;
  std::string target_;  // what to ask next; empty at the end
  TagsSummary summary_;
  std::set<std::string> seen_;
};

}  // namespace

http::Task<FetchResult<TagsSummary>> ListTags(RemoteRepositoryPtr repository, Client::OnPage page, std::stop_token stop,
                                              TagLimits limits) {
  Listing listing(repository, limits);
  while (!listing.done()) {
    ApiRequest request(http::Method::get, Asked::tag_list, listing.target());
    FetchResult<ApiResponse> answer = co_await Ask(repository, request, stop);
    if (!answer.has_value()) co_return std::unexpected(std::move(answer.error()));
    FetchResult<void> taken = listing.Take(*answer, page);
    if (!taken.has_value()) co_return std::unexpected(std::move(taken.error()));
  }
  co_return listing.summary();
}

}  // namespace larder
