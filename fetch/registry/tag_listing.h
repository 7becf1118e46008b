// Listing the tags of a repository, page by page.
#pragma once

#include <cstddef>
#include <stop_token>

#include "http/task.h"
#include "larder/client.h"
#include "registry/remote_repository.h"

namespace larder {

// A listing beyond these is too_large: no repository is, and a hostile one may not keep us busy.
inline constexpr std::size_t kMaxTagPages = 10'000;
inline constexpr std::size_t kMaxTags = 1'000'000;

// Asks for 1,000 tags a page, for 100 where the registry refuses that (Quay, ECR Public), and without a number where it
// refuses any; what it takes is remembered with the host's limits. Follows Link as it is written, on the same server;
// a listing that goes in circles is corruption.
http::Task<FetchResult<TagsSummary>> ListTags(RemoteRepositoryPtr repository, Client::OnPage page,
                                              std::stop_token stop);

}  // namespace larder
