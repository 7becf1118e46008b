// Listing the tags of a repository, page by page.
#pragma once

#include <cstddef>
#include <stop_token>

#include "http/task.h"
#include "larder/client.h"
#include "registry/remote_repository.h"

namespace larder {

// A listing beyond these is too_large: no repository is, and a hostile one may not keep us busy.
struct TagLimits {
  TagLimits() = default;
  TagLimits(std::size_t most_pages, std::size_t most_tags) : pages(most_pages), tags(most_tags) {}
  std::size_t pages = 10'000;
  std::size_t tags = 1'000'000;
};

// Asks for 1,000 tags a page, for 100 where the registry refuses that (Quay, ECR Public), and without a number where it
// refuses any; what it takes is remembered with the host's limits. Follows Link as it is written, on the same server;
// a listing that goes in circles is corruption.
http::Task<FetchResult<TagsSummary>> ListTags(RemoteRepositoryPtr repository, Client::OnPage page, std::stop_token stop,
                                              TagLimits limits = {});

}  // namespace larder
